import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const METER = join(import.meta.dirname, 'meter.js');

/** The environment of everything that is measured: a bundle of certificates costs each start 40 ms. */
export const plainEnvironment = () => {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...env } = process.env;
  return env;
};

/** Runs a program to its end; its output. Throws what it wrote to standard error. */
export async function run(command, args, options = {}) {
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(command, args, { env: plainEnvironment(), stdio, ...options });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`);
  return { output, errors };
}

/** Starts a server that says in its log where it listens, with a meter in it. */
export async function startServer(program, { cwd, env = {} }) {
  const args = ['--disable-proto=delete', '--expose-gc', '--import', METER, program];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const port = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /"address":\{[^}]*"port":(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  return {
    port,
    /** Microseconds of processor time so far. */
    cpu: async () => (await ask(child, 'cpu')).cpu,
    /** Bytes of heap that are in use. */
    heap: async () => (await ask(child, 'heap')).heap,
    stop: () => end(child),
  };
}

/** Starts a process that answers each message of this one with one message. */
export function startWorker(program, { cwd, env = {} } = {}) {
  const child = spawn(process.execPath, [program], {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return { ask: (question) => ask(child, question), stop: () => end(child) };
}

async function ask(child, question) {
  const done = new AbortController();
  const { signal } = done;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a measured process ended with ${code}`);
  });
  ended.catch(() => {}); // it is called off as soon as there is an answer
  const answer = once(child, 'message', { signal });
  child.send(question);
  const [given] = await Promise.race([answer, ended]);
  done.abort();
  if (given.error !== undefined) throw new Error(given.error);
  return given;
}

/** Nothing in it is worth an orderly end. */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
