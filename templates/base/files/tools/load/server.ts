import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { createConnection } from 'mongoose';
import { portIn } from '../dev-log.ts';
import { startMongod } from '../mongod.ts';
import { databaseUsage, type Usage } from './usage.ts';

/** The server under load. */
export interface Server {
  readonly url: string;
  /** What it and its database have used so far; undefined for a server that was not started here. */
  usage(): Promise<Usage | undefined>;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const suffix = extname(import.meta.filename); // `.js` where all of this was compiled
const withLoader = suffix === '.ts' ? ['--import', 'tsx'] : [];

/** A server that runs already. */
export const runningServer = (url: string): Server => ({
  url,
  usage: () => Promise.resolve(undefined),
  stop: () => Promise.resolve(),
});

/** Starts a server as in production, on a database of its own, with limits that no load reaches. */
export async function startServer(say: (line: string) => void): Promise<Server> {
  const mongod = await startMongod({ say });
  const env = { ...process.env, ...variablesFor(mongod.uri) };
  try {
    await setUp(env);
    const child = start(env);
    const url = await addressOf(child);
    const connection = await createConnection(mongod.uri).asPromise();
    return {
      url,
      usage: async () => ({ serverUs: await askCpu(child), ...(await databaseUsage(connection)) }),
      async stop() {
        child.kill('SIGTERM');
        if (child.exitCode === null) await once(child, 'exit');
        await connection.close();
        await mongod.stop();
      },
    };
  } catch (error) {
    await mongod.stop();
    throw error;
  }
}

const variablesFor = (mongodbUri: string) => ({
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '0',
  MONGODB_URI: mongodbUri,
  ACCESS_TOKEN_KEYS: `load:${randomBytes(32).toString('base64url')}`,
  REFRESH_TOKEN_KEY: randomBytes(32).toString('base64url'),
  DATA_KEYS: `load:${randomBytes(32).toString('base64url')}`,
  RATE_LIMIT_FACTOR: '1000000',
  LOG_LEVEL: 'info',
});

async function setUp(env: NodeJS.ProcessEnv): Promise<void> {
  const args = [...withLoader, join(root, `tools/db-setup${suffix}`)];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 2] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the database could not be prepared (${code})`);
}

function start(env: NodeJS.ProcessEnv): ChildProcess {
  const loaded = ['tools/end-with-parent', 'tools/load/meter'];
  const imports = loaded.flatMap((file) => [
    '--import',
    pathToFileURL(join(root, file + suffix)).href,
  ]);
  const args = [
    '--disable-proto=delete',
    ...withLoader,
    ...imports,
    join(root, `src/main${suffix}`),
  ];
  return spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true, // Ctrl-C reaches this process only: the server is stopped by it, in order
  });
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended (${code})`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const port = portIn(line);
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
  });
}

async function askCpu(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}
