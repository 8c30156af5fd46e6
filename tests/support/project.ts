import { spawn } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { scratch } from './scratch.ts';

const command = join(import.meta.dirname, '../../bin/create-chat-backend.js');

/** A generated project, installed. */
export interface GeneratedProject {
  readonly directory: string;
  /** Runs an npm script to its end; the output is in the error when it fails. */
  run(script: string, env?: Record<string, string>, args?: readonly string[]): Promise<string>;
  /** Runs some of its tests; the output is in the error when one fails. */
  tests(filters: readonly string[], env?: Record<string, string>): Promise<string>;
  /** Starts a script that goes on; resolves once its output matches. */
  start(script: string, until: RegExp, env?: Record<string, string>): Promise<RunningScript>;
}

/** A script that goes on until it is stopped. */
export interface RunningScript {
  /** What matched. */
  readonly match: RegExpExecArray;
  readonly output: () => string;
  /** Waits until the output matches, from its beginning or a place in it. */
  says(text: RegExp, from?: number): Promise<void>;
  /** Sends a signal to the script and its children, as Ctrl-C does, and waits until all ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Sends a signal to npm only, as supervisors do, and waits until all ended. */
  stopNpm(signal: NodeJS.Signals): Promise<void>;
}

/** Creates a project with the command, as a user would, in a temporary directory. */
export async function generate(flags: readonly string[]): Promise<GeneratedProject> {
  const parent = scratch();
  await execa('node', [command, 'my-app', '--yes', ...flags], {
    cwd: parent,
    env: { GIT_AUTHOR_NAME: 'Test', GIT_COMMITTER_NAME: 'Test' },
    stdin: 'ignore',
  });
  return projectIn(join(parent, 'my-app'));
}

/**
 * A copy of an installed project, with data and builds of its own; the packages are shared.
 * @param name - of its directory.
 */
export function copyOf(installed: string, name = 'my-app'): GeneratedProject {
  const directory = join(scratch(), name);
  cpSync(installed, directory, {
    recursive: true,
    filter: (path) => !['node_modules', '.data', 'dist'].includes(basename(path)),
  });
  symlinkSync(join(installed, 'node_modules'), join(directory, 'node_modules'));
  return projectIn(directory);
}

/** A project that is there and installed. */
export function projectIn(directory: string): GeneratedProject {
  const npm = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { failed, all } = await execa('npm', args, {
      cwd: directory,
      env: { NO_COLOR: '1', ...env },
      all: true,
      stdin: 'ignore',
      reject: false,
    });
    if (failed) throw new Error(`npm ${args.join(' ')} failed:\n${whatFailed(all)}`);
    return all;
  };
  return {
    directory,
    run: (script, env, args = []) => npm(['run', '--silent', script, '--', ...args], env),
    tests: (filters, env) => npm(['test', '--silent', '--', ...filters], env),
    start: (script, until, env = {}) => start(directory, script, until, env),
  };
}

/** What a report of tests says of those that failed, shortest first: reports of CI cut the middle. */
export function whatFailed(output: string): string {
  const at = output.indexOf(' Failed ');
  const details = at === -1 ? output : output.slice(at);
  const summary = details.split('\n').filter((line) => /^\s*(FAIL |\S*Error: )/.test(line));
  return [...summary, details].join('\n');
}

async function start(
  directory: string,
  script: string,
  until: RegExp,
  env: Record<string, string>,
): Promise<RunningScript> {
  // A group of its own, as a terminal gives it, so that a signal reaches npm and the script alike.
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${script} ${why}\n${output}`));
    const timer = setTimeout(() => fail('said nothing of the kind'), 120_000);
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = until.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
  const group = -(child.pid as number);
  return {
    match,
    output: () => output,
    async says(text, from = 0) {
      while (!text.test(output.slice(from))) await sleep(50);
    },
    stop: (signal = 'SIGTERM') => stop(group, group, signal),
    stopNpm: (signal) => stop(group, -group, signal),
  };
}

/** The script's own children may need longer than npm, which ends with the signal. */
async function stop(group: number, receiver: number, signal: NodeJS.Signals): Promise<void> {
  const isAlive = (): boolean => {
    try {
      return process.kill(group, 0);
    } catch {
      return false;
    }
  };
  if (!isAlive()) return;
  process.kill(receiver, signal);
  while (isAlive()) await sleep(50);
}
