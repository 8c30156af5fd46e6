import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from './ports.ts';

/** A real Redis of a test's own, on one port for as long as the test runs. */
export interface Redis {
  readonly url: string;
  /** Ends it at once; what it held is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Once this resolves it answers nothing any more, and keeps its connections. */
  freeze(): Promise<void>;
  thaw(): void;
}

/** Starts it, without any file. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp'];
    server = spawn('redis-server', args, { stdio: 'ignore' });
    while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  onTestFinished(kill);
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    async freeze() {
      server!.kill('SIGSTOP');
      while (!isStopped(server!.pid!)) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    thaw: () => void server?.kill('SIGCONT'),
  };
}

/** Its one thread stops a while after the signal was given. Elsewhere than on Linux nobody can say. */
const isStopped = (pid: number): boolean =>
  process.platform !== 'linux' || /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.end('PING\r\n'));
    socket.once('data', (data) => resolve(data.toString().startsWith('+PONG')));
    socket.once('error', () => resolve(false));
  });
}
