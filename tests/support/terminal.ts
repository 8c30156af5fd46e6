import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { PROGRAM } from './command.ts';
import { scratch } from './scratch.ts';
import { until } from './slow-disk.ts';

const SCRIPT = '/usr/bin/script';

/** Whether a pseudo-terminal can be made here. */
export const hasTerminal = existsSync(SCRIPT);

/** Keys as a terminal sends them. */
export const KEYS = {
  enter: '\r',
  down: '\u001B[B',
  left: '\u001B[D',
  escape: '\u001B',
  space: ' ',
  erase: '\u007F',
  interrupt: '\u0003',
} as const;

/** The command, run by somebody who sits at a terminal. */
export interface Terminal {
  /** Types, after the screen has shown something that matches and that was not there before. */
  readonly type: (after: RegExp, keys: string) => Promise<void>;
  /** Everything shown so far, control sequences included. */
  readonly raw: () => string;
  /** The exit code and everything shown, as plain text. */
  readonly ended: Promise<{ readonly code: number | null; readonly screen: string }>;
}

/** Starts the command in a pseudo-terminal. */
export function terminal(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly columns?: number;
    /** Another installation than that of these tests. */
    readonly program?: string;
  },
): Terminal {
  const line = [process.execPath, options.program ?? PROGRAM, ...args]
    .map((word) => `'${word}'`)
    .join(' ');
  const child = spawn(
    SCRIPT,
    [
      '--quiet',
      '--return',
      '--command',
      `stty cols ${options.columns ?? 100} rows 40; exec ${line}`,
      '/dev/null',
    ],
    {
      cwd: options.cwd,
      env: {
        PATH: process.env['PATH'],
        HOME: scratch(),
        TERM: 'xterm-256color',
        SHELL: '/bin/sh',
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let shown = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  return {
    async type(after, keys) {
      const rest = (): string => stripVTControlCharacters(shown.slice(seen));
      await until(() => after.test(rest()), `${after} appears in: ${rest()}`);
      seen = shown.length;
      child.stdin.write(keys);
    },
    raw: () => shown,
    ended: exitOf(child).then((code) => ({ code, screen: stripVTControlCharacters(shown) })),
  };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}
