import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { obtainCentrifugo, obtainFeathers } from './obtain.js';
import {
  freePort,
  plainEnvironment,
  run,
  startProgram,
  startServer,
  startWorker,
} from './processes.js';
import { processorTimeOf } from './processor-time.js';

const ROOT = join(import.meta.dirname, '..');
const CLIENTS = join(import.meta.dirname, 'generator.js');
/** The command, built. */
export const GENERATOR = join(ROOT, 'bin/create-chat-backend.js');

/**
 * The standard project, built, beside its peers, which use what it has installed, on one real MongoDB
 * of its own tools. The adapter is there for the row that needs it; without an address it sleeps.
 */
export async function prepareBackend(folder, say) {
  const project = join(folder, 'standard');
  say('generating and installing the standard project');
  const made = [GENERATOR, project, '--adapter', 'redis'];
  // A registry may need the certificates that nothing measured gets.
  const { env: own } = process;
  const flags = ['--yes', '--no-git', '--quiet'];
  await run(process.execPath, [...made, ...flags], { cwd: folder, env: own });
  await buildWithPeers(project);
  say('writing users, rooms and a history');
  const mongod = await startMongod(project);
  const env = variables(mongod.uri);
  const seeded = await seed(project, env);
  const starters = { ...startersOf(project, env), ...peersOf({ folder, uri: mongod.uri, say }) };
  const databaseCpu = () => processorTimeOf(seeded.mongod);
  const another = (name, features) => prepareAnother({ folder, project, env, name, features });
  const prepared = { folder, say, project, another };
  return { ...prepared, ...seeded, ...starters, databaseCpu, stop: mongod.stop };
}

/** The features of the standard preset, by what their manifests say. */
export function standardFeatures() {
  const templates = join(ROOT, 'templates');
  return readdirSync(templates, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'base')
    .map(({ name }) => JSON.parse(readFileSync(join(templates, name, 'feature.json'), 'utf8')))
    .filter(({ presets = [] }) => presets.includes('standard'))
    .map(({ name }) => name);
}

/** A project of some features, with what the first one has installed, on a database of its own beside its. */
async function prepareAnother({ folder, project, env, name, features }) {
  const directory = join(folder, name);
  const flags = ['--features', features.join(','), '--no-install', '--yes', '--no-git', '--quiet'];
  await run(process.execPath, [GENERATOR, directory, ...flags], { cwd: folder });
  await symlink(join(project, 'node_modules'), join(directory, 'node_modules'));
  await buildWithPeers(directory);
  const own = { ...env, MONGODB_URI: databaseOf(env.MONGODB_URI, name) };
  const seeded = await seed(directory, { ...own, ONLY_TALKING: '1' });
  const databaseCpu = () => processorTimeOf(seeded.mongod);
  const write = (script, more = {}) =>
    run('node', [script], within(directory, { ...own, ...more }));
  return { directory, ...seeded, ...startersOf(directory, own), write, databaseCpu };
}

async function buildWithPeers(project) {
  await run('npm', ['run', '--silent', 'build'], { cwd: project });
  await cp(join(import.meta.dirname, 'peers'), join(project, 'bench'), { recursive: true });
}

/** Prepares a database and writes into it; who and what there is. */
async function seed(project, env) {
  const out = join(project, 'seeded.json');
  await run('node', ['dist/tools/db-setup.js'], within(project, env));
  await run('node', ['bench/seed.js'], within(project, { ...env, OUT: out }));
  return JSON.parse(await readFile(out, 'utf8'));
}

const within = (cwd, env) => ({ cwd, env: { ...plainEnvironment(), ...env } });

/** As `npm start` runs it, with limits that no load reaches. */
const variables = (uri) => ({
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '0',
  MONGODB_URI: uri,
  ACCESS_TOKEN_KEYS: `bench:${randomBytes(32).toString('base64url')}`,
  REFRESH_TOKEN_KEY: randomBytes(32).toString('base64url'),
  DATA_KEYS: `bench:${randomBytes(32).toString('base64url')}`,
  RATE_LIMIT_FACTOR: '1000000',
  LOG_LEVEL: 'info',
});

function startersOf(project, env) {
  const uri = databaseOf(env.MONGODB_URI, 'tutorial');
  return {
    ours: (more = {}) =>
      startServer('dist/src/main.js', { cwd: project, env: { ...env, ...more } }),
    bare: () => startServer('bench/bare.js', { cwd: project }),
    tutorial: () => startServer('bench/tutorial.js', { cwd: project, env: { MONGODB_URI: uri } }),
    driver: () => startWorker('bench/driver.js', { cwd: project, env }),
    generator: () => startWorker(CLIENTS),
  };
}

const databaseOf = (uri, name) => uri.replace('/chat?', `/${name}?`);

/** Peers that have to be had first, which may fail. */
function peersOf({ folder, uri, say }) {
  return {
    async centrifugo() {
      const program = await obtainCentrifugo(say);
      const port = await freePort();
      const file = join(folder, 'centrifugo.json');
      await writeFile(file, JSON.stringify(toCentrifugo(port)));
      return startProgram(program, ['-c', file], port);
    },
    async feathers() {
      const cwd = await obtainFeathers(folder, say);
      const env = { MONGODB_URI: databaseOf(uri, 'feathers') };
      return startServer('feathers.js', { cwd, env });
    },
  };
}

/** Everything in memory, with a history: what Centrifugo does at least where nobody may miss a message. */
const toCentrifugo = (port) => ({
  http_server: { address: '127.0.0.1', port: String(port) },
  client: { insecure: true, allowed_origins: ['*'] },
  channel: {
    without_namespace: {
      allow_publish_for_client: true,
      allow_subscribe_for_client: true,
      history_size: 100,
      history_ttl: '300s',
    },
  },
  log: { level: 'error' },
});

const PROGRAM = `
  import { startMongod } from './tools/mongod.ts';
  const mongod = await startMongod({ say: () => {} });
  process.stdin.resume().once('end', () => void mongod.stop().finally(() => process.exit(0)));
  console.log(mongod.uri);
`;

async function startMongod(project) {
  const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM];
  const child = spawn(process.execPath, args, {
    cwd: project,
    env: plainEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`no MongoDB (${code})`);
  });
  failed.catch(() => {});
  const line = once(createInterface({ input: child.stdout }), 'line');
  const [uri] = await Promise.race([line, failed]);
  return {
    uri,
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
