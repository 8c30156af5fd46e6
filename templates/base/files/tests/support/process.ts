import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiled } from './compiled.ts';
import { onTestFinished } from './finish.ts';
import { patience } from './limits.ts';

const root = join(import.meta.dirname, '../..');

/** The backend as a process of its own. */
export interface BackendProcess {
  readonly child: ChildProcess;
  /** Lines of its log so far. */
  readonly log: readonly Record<string, unknown>[];
  /** What it wrote to standard error so far. */
  errors(): string;
  /** Its exit code; null when a signal ended it. */
  readonly exit: Promise<number | null>;
  /** Waits until its log has a line with this message. */
  says(msg: string): Promise<Record<string, unknown>>;
  /** Waits until it takes traffic, and gives its address. */
  listening(): Promise<string>;
}

/** Lets a process wait as the backends of tests do. */
const patient = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    import { limits } from ${JSON.stringify(pathToFileURL(compiled('src/configs/limits.ts')))};
    for (const [name, changes] of Object.entries(${JSON.stringify(patience)}))
      Object.assign(limits[name], changes);
  `)}`,
];

/** Makes a minute of the process pass in two seconds: its clock and its timers. */
export const fastClock = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    const { now } = Date, { setTimeout } = globalThis, start = now(), factor = 30;
    Date.now = () => start + (now() - start) * factor;
    globalThis.setTimeout = (work, ms, ...args) => setTimeout(work, ms / factor, ...args);
  `)}`,
];

/** Starts `src/main.ts` with exactly these variables; it ends with the test at the latest. */
export function startProcess(
  variables: Record<string, string>,
  nodeOptions: readonly string[] = [],
): BackendProcess {
  const child = spawn(process.execPath, [...patient, ...nodeOptions, compiled('src/main.ts')], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const log: Record<string, unknown>[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    log.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));

  async function says(message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const line = log.find(({ msg }) => msg === message);
      if (line !== undefined) return line;
      if (child.exitCode !== null)
        throw new Error(
          `it ended with ${child.exitCode}: ${errors}${JSON.stringify(log.slice(-3), null, 1)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return {
    child,
    log,
    errors: () => errors,
    exit,
    says,
    async listening() {
      const { address } = await says('listening');
      return `http://127.0.0.1:${(address as AddressInfo).port}`;
    },
  };
}

/** Runs a tool to its end, with exactly these variables. */
export function runTool(
  tool: string,
  variables: Record<string, string>,
  options: readonly string[] = [],
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const env = { PATH: process.env['PATH'], ...variables };
  return new Promise((resolve) => {
    const args = [...patient, compiled(tool), ...options];
    const child = execFile(process.execPath, args, { cwd: root, env }, (error, output, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), output, errors }),
    );
    onTestFinished(() => void child.kill('SIGKILL'));
  });
}
