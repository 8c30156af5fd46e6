import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAM } from './command.ts';
import { scratch } from './scratch.ts';

/** Whether a terminal with a screen can be made here. */
export const hasTmux = ((): boolean => {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** The line that runs the command in a shell. */
export function line(...args: readonly string[]): string {
  return [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
}

/** A shell in a terminal whose screen can be looked at. */
export class Tmux {
  readonly #socket = `${scratch()}/tmux`;

  constructor(
    cwd: string,
    columns: number,
    rows: number,
    env: Readonly<Record<string, string>> = {},
  ) {
    const path = process.env['PATH'] ?? '';
    const given = { PATH: path, HOME: scratch(), TERM: 'screen-256color', PS1: '$ ', ...env };
    const variables = Object.entries(given).map(([name, value]) => `${name}=${value}`);
    const shell = ['env', '-i', ...variables, 'bash', '--norc', '--noprofile', '-i'];
    this.#run(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      `${columns}`,
      '-y',
      `${rows}`,
      '-c',
      cwd,
      ...shell,
    );
    this.#run('set', '-g', 'status', 'off');
    this.resize(columns, rows);
  }

  #run(...args: readonly string[]): string {
    const tmux = ['-u', '-S', this.#socket, ...args];
    return execFileSync('tmux', tmux, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** What is to be seen, without empty rows at the end; with what has left at the top, if wanted. */
  screen(...flags: readonly string[]): string {
    return this.#run('capture-pane', '-p', ...flags).trimEnd();
  }

  /** Types keys by their names, each a moment after what it waits for is to be seen. */
  async type(after: RegExp, ...keys: readonly string[]): Promise<void> {
    await this.until(after);
    this.#run('send-keys', ...keys);
  }

  /** Resolves when the screen matches, and fails after half a minute. */
  async until(shown: RegExp | ((screen: string) => boolean)): Promise<string> {
    for (let tries = 0; tries < 300; tries += 1) {
      const screen = this.screen();
      if (typeof shown === 'function' ? shown(screen) : shown.test(screen)) return screen;
      await sleep(100);
    }
    throw new Error(`${String(shown)} does not appear in:\n${this.screen()}`);
  }

  resize(columns: number, rows: number): void {
    this.#run('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** Something that tmux knows of the screen, such as `cursor_flag`. */
  fact(name: string): string {
    return this.#run('display-message', '-p', `#{${name}}`).trim();
  }

  /** From now on, everything that is written to the screen is also written to a file. */
  log(file: string): void {
    this.#run('pipe-pane', `exec cat > '${file}'`);
  }

  end(): void {
    this.#run('kill-server');
  }
}
