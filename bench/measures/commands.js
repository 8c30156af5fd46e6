import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { run } from '../processes.js';
import { interleave } from '../statistics.js';

const ROUNDS = 12;
const ROOT = join(import.meta.dirname, '../..');
const MEMORY = '/dev/shm'; // sixty small files cost up to 60 ms on a busy disk
const TIMED = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null';

/** The two generators as programs. */
export const PROGRAMS = {
  ours: join(ROOT, 'bin/create-chat-backend.js'),
  vite: join(createRequire(import.meta.url).resolve('create-vite/package.json'), '../index.js'),
};

/** What the generator costs, without anything that it calls. */
export const commands = {
  rows: ['G1', 'G2', 'G3'],
  async run() {
    const folder = await makeFolder();
    const { ours, vite } = PROGRAMS;
    let count = 0;
    const time = (...args) => processorTime(process.execPath, args, folder);
    const fresh = () => `app-${(count += 1)}`;
    const everything = ['--preset', 'full', '--yes', '--no-install', '--no-git'];
    const plain = ['--template', 'vanilla-ts', '--no-interactive', '--no-immediate'];
    const values = await interleave(ROUNDS, {
      scaffold: () => time(ours, fresh(), ...everything),
      vite: () => time(vite, fresh(), ...plain),
      nothing: () => time('-e', '0'),
      help: () => time(ours, '--help'),
      version: () => time(ours, '--version'),
      viteHelp: () => time(vite, '--help'),
    });
    await rm(folder, { recursive: true });
    return {
      G1: { ours: values.scaffold, peer: values.vite },
      G2: { ours: values.scaffold, peer: values.nothing },
      'G3.help': { ours: values.help, peer: values.viteHelp },
      'G3.version': { ours: values.version, peer: values.viteHelp },
    };
  },
};

/** A new folder for what is made meanwhile. */
export const makeFolder = () => mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'bench-'));

/** Milliseconds of processor time that a program takes, and what it calls. */
export async function processorTime(program, args, cwd) {
  const line = ['-c', TIMED, 'time', program, ...args];
  const { errors } = await run('bash', line, { cwd });
  const [user, system] = errors.trim().split('\n').at(-1).split(' ').map(Number);
  return (user + system) * 1_000;
}
