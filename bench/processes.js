import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { processorTimeOf } from './processor-time.js';

const METER = join(import.meta.dirname, 'meter.js');
const START_MS = 20_000;

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

/** Starts a server that is not ours to look into: what it has used, the system says. */
export async function startProgram(program, args, port) {
  const child = spawn(program, args, {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // It does not notice by itself that this process has ended.
  process.once('exit', () => child.kill('SIGKILL'));
  const late = performance.now() + START_MS;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || performance.now() > late) {
      child.kill('SIGKILL');
      throw new Error(`${program} does not start`);
    }
    await sleep(50);
  }
  return { port, cpu: async () => processorTimeOf(child.pid), stop: () => end(child) };
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** A port that nobody has now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
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
