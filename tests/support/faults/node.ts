import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from '../../suites/machines/ports.ts';
import { scratch } from '../scratch.ts';

/** A backend as `npm start` runs it, on one port for as long as the test runs. */
export interface BackendNode {
  readonly url: string;
  readonly log: string;
  /** Starts it, and waits until it takes traffic. */
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Asks what is loaded into it by `probe`. */
  ask<Answer>(question: object): Promise<Answer>;
  readonly isRunning: boolean;
}

/** What answers from inside of a node: its memory, and a loop that lets nothing else run. */
const probe = `
  process.on('message', ({ spinMs }) => {
    if (spinMs !== undefined) for (const end = performance.now() + spinMs; performance.now() < end; );
    globalThis.gc?.();
    process.send({ ...process.memoryUsage(), resources: process.getActiveResourcesInfo() });
  });
  process.channel.unref();
`;

/** Moves the clock of a process. */
const skew = (ms: number): string => `
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...args) { if (args.length > 0) super(...args); else super(Real.now() + ${ms}); }
    static now() { return Real.now() + ${ms}; }
  };
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
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child?.exitCode === null && child.signalCode === null;

  async function start(): Promise<void> {
    const options = ['--disable-proto=delete', '--expose-gc', ...load(probe)];
    if (skewMs !== 0) options.push(...load(skew(skewMs)));
    child = spawn(process.execPath, [...options, 'dist/src/main.js'], {
      cwd: project,
      env: { PATH: process.env['PATH'], ...variables, PORT: port },
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
    async ask<Answer>(question: object) {
      const answer = once(child as ChildProcess, 'message');
      child?.send(question);
      return (await answer)[0] as Answer;
    },
    get isRunning() {
      return isRunning();
    },
  };
}

export const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
