import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from './dev-environment.ts';
import { DevServer } from './dev-server.ts';
import { SourceWatch } from './dev-watch.ts';
import { startMongod, type Mongod } from './mongod.ts';

// `npm run dev`: the database and the server, which is started again when a source or .env changes.
const root = join(import.meta.dirname, '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const server = new DevServer({ root, say, listening: announce });
const watch = new SourceWatch({ root, say, changed: restart });
let mongod: Mongod | undefined;
let turns = Promise.resolve();
let isStopping = false;

process.once('SIGINT', () => void stop(0));
process.once('SIGTERM', () => void stop(0));

try {
  await start();
  watch.start();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  await stop(1);
}

/** @throws Error with one line: there is no database, or .env cannot be read */
async function start(): Promise<void> {
  const environment = readEnvironment(join(root, '.env'));
  if (!environment['MONGODB_URI']) {
    mongod ??= await startMongod({ data: join(root, '.data'), say });
    environment['MONGODB_URI'] = mongod.uri;
  }
  if (!isStopping) server.start(environment);
}

/** One after the other: two servers would want one port. */
function restart(file: string): void {
  turns = turns.then(() => startAgain(file));
}

async function startAgain(file: string): Promise<void> {
  if (isStopping) return;
  say(`${file} has changed, starting again.`);
  await server.stop();
  await start().catch((error: Error) => say(error.message));
}

function announce(port: string): void {
  const page = existsSync(join(root, 'demo/index.html')) ? '/demo' : '/readyz';
  say(`\n  Ready: http://localhost:${port}${page}\n`);
}

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  watch.stop();
  await server.stop();
  await mongod?.stop();
  process.exit(code);
}
