import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatLog } from './dev-log.ts';
import { startMongod, type Mongod } from './mongod.ts';

// `npm run dev`: the database and the server, which is started again when a source changes.
const root = join(import.meta.dirname, '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const pauseMs = 150; // editors write a file in several steps

if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
// One developer with many tabs is not a crowd.
process.env['RATE_LIMIT_FACTOR'] ??= '10';

let mongod: Mongod | undefined;
let server: ChildProcess | undefined;
let isStopping = false;

process.once('SIGINT', () => void stop(0));
process.once('SIGTERM', () => void stop(0));

try {
  if (!process.env['MONGODB_URI']) {
    mongod = await startMongod({ data: join(root, '.data'), say });
    process.env['MONGODB_URI'] = mongod.uri;
  }
  startServer();
  watchSources();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  await stop(1);
}

function startServer(): void {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--import',
      join(root, 'tools/end-with-parent.ts'),
      join(root, 'src/main.ts'),
    ],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'development' },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // Ctrl-C reaches this process only: the server is stopped once, in order.
      detached: true,
    },
  );
  server = child;
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    say(formatLog(line));
    const port = /"address":\{[^}]*"port":(\d+)/.exec(line)?.[1];
    if (port !== undefined) announce(port);
  });
  child.once('exit', (code) => {
    if (server !== child || isStopping) return;
    server = undefined;
    say(`The server ended (${code}); it starts again when a file changes.`);
  });
}

function announce(port: string): void {
  const page = existsSync(join(root, 'demo/index.html')) ? '/demo' : '/readyz';
  say(`\n  Ready: http://localhost:${port}${page}\n`);
}

function watchSources(): void {
  let timer: NodeJS.Timeout | undefined;
  let restarts = Promise.resolve();
  const restart = async (): Promise<void> => {
    if (isStopping) return;
    say('A source has changed, starting again.');
    await stopServer();
    if (!isStopping) startServer();
  };
  watch(join(root, 'src'), { recursive: true }, () => {
    clearTimeout(timer);
    // One after the other: two servers would want one port.
    timer = setTimeout(() => void (restarts = restarts.then(restart)), pauseMs);
  });
}

async function stopServer(): Promise<void> {
  const child = server;
  server = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await stopServer();
  await mongod?.stop();
  process.exit(code);
}
