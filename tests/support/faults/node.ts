import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from '../../suites/machines/ports.ts';
import { scratch } from '../scratch.ts';

/** A backend as `npm start` runs it, on one port for as long as the test runs. */
export interface BackendNode {
  readonly url: string;
  readonly log: string;
  /** Starts it, of another version if that is said, and waits until it takes traffic. */
  start(version?: string): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Looks inside; before that it stands still for a while, or its clock is moved. */
  look(before?: { readonly spinMs?: number; readonly skewMs?: number }): Promise<Inside>;
  readonly isRunning: boolean;
}

/** What a node says of itself, after a collection of its garbage. */
export interface Inside {
  readonly heapUsed: number;
  readonly rss: number;
  /** Connections of any kind. */
  readonly sockets: number;
  /** The delay of its event loop since the last question, in milliseconds. */
  readonly loopP99Ms: number;
}

/** Answers from inside of a node, holds its event loop, and moves its clock. */
const probe = `
  import { monitorEventLoopDelay } from 'node:perf_hooks';
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const Real = Date;
  let skewMs;
  const Skewed = class Date extends Real { // schemas know it by its name
    constructor(...args) { if (args.length > 0) super(...args); else super(Skewed.now()); }
    static now() { return Real.now() + skewMs; }
  };
  function skew(ms) { skewMs = ms; globalThis.Date = Skewed; }
  if (process.env.SKEW_MS) skew(Number(process.env.SKEW_MS));
  process.on('message', ({ spinMs = 0, skewMs }) => {
    if (skewMs !== undefined) skew(skewMs);
    for (const end = performance.now() + spinMs; performance.now() < end; );
    globalThis.gc();
    const { heapUsed, rss } = process.memoryUsage();
    const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    process.send({ heapUsed, rss, sockets, loopP99Ms: delay.percentile(99) / 1e6 });
    delay.reset();
  });
  process.channel.unref();
`;

const load = (code: string): string[] => [
  '--import',
  `data:text/javascript,${encodeURIComponent(code)}`,
];

/** Prepares one; it ends with the test. */
export async function createBackendNode(
  project: string,
  variables: Readonly<Record<string, string>>,
  { skewMs = 0 } = {},
): Promise<BackendNode> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const log = join(scratch(), 'log');
  const moved = skewMs === 0 ? {} : { SKEW_MS: String(skewMs) };
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child?.exitCode === null && child.signalCode === null;

  async function start(version = project): Promise<void> {
    const options = ['--disable-proto=delete', '--expose-gc', ...load(probe)];
    child = spawn(process.execPath, [...options, 'dist/src/main.js'], {
      cwd: version,
      env: { PATH: process.env['PATH'], ...variables, PORT: port, ...moved },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const file = createWriteStream(log, { flags: 'a' });
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
    while (!(await isReady(url))) {
      if (!isRunning()) throw new Error(`the node ended with ${child.exitCode}, see ${log}`);
      await sleep(20);
    }
  }

  async function signal(name: NodeJS.Signals): Promise<void> {
    if (!isRunning()) return;
    const ended = once(child as ChildProcess, 'exit');
    child?.kill(name);
    if (name === 'SIGKILL' || name === 'SIGTERM') await ended;
  }

  onTestFinished(() => signal('SIGKILL'));
  return {
    url,
    log,
    start,
    signal,
    async look(before = {}) {
      const answer = once(child as ChildProcess, 'message');
      child?.send(before);
      return (await answer)[0] as Inside;
    },
    get isRunning() {
      return isRunning();
    },
  };
}

/** What a node did not expect, by its log. That a request got 503 is expected, and noted as failed. */
export const unexpectedBy = ({ log }: BackendNode): string[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /"level":"(?:error|fatal)"/.test(line) && !line.includes('"unavailable"'));

export const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
