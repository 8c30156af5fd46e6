import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { plainEnvironment } from '../processes.js';
import { interleave } from '../statistics.js';
import { PROGRAMS } from './commands.js';

const ROUNDS = 8;
const LATE_MS = 20_000;
const SCRIPT = '/usr/bin/script';

/** Whether a pseudo-terminal can be made here. */
export const hasTerminal = () => existsSync(SCRIPT);

/** How long somebody at a terminal waits for the first question. */
export const question = {
  rows: ['G5'],
  async run() {
    const cwd = await mkdtemp(join(tmpdir(), 'bench-'));
    const values = await interleave(ROUNDS, {
      ours: () => timeTo(PROGRAMS.ours, /Directory of the new project/, cwd),
      peer: () => timeTo(PROGRAMS.vite, /Project name/, cwd),
    });
    await rm(cwd, { recursive: true });
    return { G5: values };
  },
};

async function timeTo(program, words, cwd) {
  const { CI: _ci, ...env } = plainEnvironment();
  // Without a width one letter would stand in each line.
  const line = `stty cols 100 rows 40; exec '${process.execPath}' '${program}'`;
  const begin = performance.now();
  const child = spawn(SCRIPT, ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const late = setTimeout(() => child.kill('SIGKILL'), LATE_MS);
  let shown = '';
  let took;
  for await (const chunk of child.stdout) {
    shown += stripVTControlCharacters(String(chunk));
    if (!words.test(shown)) continue;
    took = performance.now() - begin;
    break;
  }
  clearTimeout(late);
  child.kill('SIGKILL'); // the program gets a hang-up
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (took === undefined) throw new Error(`no question in: ${shown}`);
  return took;
}
