import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = join(import.meta.dirname, '../../bin/create-chat-backend.js');
const PROMPT = /^\$\s*$/m;
/** Who commits, as variables. */
export const COMMITTER = Object.fromEntries(
  ['NAME', 'EMAIL'].flatMap((kind) =>
    ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_${kind}`, 'ada@example.com']),
  ),
);

/** Opens a shell in tmux that finds the program, and ends it with what was to be done in it. */
export async function withTerminal(directory, { columns, rows }, work) {
  // npx finds a program that is installed here before it asks a registry.
  const binaries = join(directory, 'node_modules/.bin');
  mkdirSync(binaries, { recursive: true });
  symlinkSync(PROGRAM, join(binaries, 'create-chat-backend'));
  const socket = join(directory, 'tmux');
  const tmux = (...args) =>
    execFileSync('tmux', ['-u', '-S', socket, ...args], { encoding: 'utf8' });
  const shell = [
    'env',
    ...Object.entries(COMMITTER).map((pair) => pair.join('=')),
    'PS1=$ ',
    'bash',
    '--norc',
    '--noprofile',
  ];
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', directory, ...shell);
  const capture = (...flags) => tmux('capture-pane', '-p', '-t', ':0', ...flags);
  const until = async (shown) => {
    for (let tries = 0; !shown.test(capture()); tries += 1) {
      if (tries > 1_200) throw new Error(`${shown} does not appear in:\n${capture()}`);
      await sleep(100);
    }
  };
  try {
    await until(PROMPT);
    await work({ capture, until, type: (...keys) => tmux('send-keys', '-t', ':0', ...keys) });
  } finally {
    tmux('kill-server');
  }
}
