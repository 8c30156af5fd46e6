import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cacheFolder, findMongod } from '../tools/find-mongod.ts';
import { startMongod } from '../tools/mongod.ts';
import { testVariables, until } from './support/app.ts';
import { freePort, says, startProcess } from './support/process.ts';

const variables = (changes: Record<string, string> = {}) =>
  testVariables({ LOG_LEVEL: 'info', ...changes });

/** A folder that goes with the test. */
async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-backend-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('S2 C12 C76 ends with 78 and one line for each wrong variable, without its value', async () => {
  const backend = startProcess(
    variables({
      NODE_ENV: 'production',
      ACCESS_TOKEN_KEYS: 'k1:canary-secret',
      REFRESH_TOKEN_KEY: '',
      PORT: 'canary',
    }),
  );
  expect(await backend.exit).toBe(78);
  expect(backend.errors()).not.toContain('canary');
  const names = backend.errors().trimEnd().split('\n');
  expect(names.map((line) => line.slice(0, line.indexOf(' '))).toSorted()).toEqual([
    'ACCESS_TOKEN_KEYS',
    'PORT',
    'REFRESH_TOKEN_KEY',
  ]);
});

it('F07 C74 ends with 78 on a production database that was not set up', async () => {
  const backend = startProcess(variables({ NODE_ENV: 'production' }));
  expect(await backend.exit).toBe(78);
  expect(backend.errors()).toMatch(
    /^the collection \w+ lacks the index \{.*\}: npm run db:setup\n$/,
  );
});

it('ends with 78 on a stand-alone mongod, and says how to make it a replica set', async () => {
  const { path } = await findMongod({
    env: process.env,
    cache: cacheFolder(process.env),
    say: () => {},
  });
  const port = await freePort();
  const mongod = spawn(
    path,
    ['--dbpath', await scratch(), '--port', String(port), '--bind_ip', '127.0.0.1', '--quiet'],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    mongod.kill('SIGKILL');
    await once(mongod, 'exit');
  });
  const backend = startProcess(variables({ MONGODB_URI: `mongodb://127.0.0.1:${port}/chat` }));
  expect(await backend.exit).toBe(78);
  expect(backend.errors()).toMatch(/^MONGODB_URI names a stand-alone mongod.*--replSet.*\n$/);
});

it('ends with 78 when its port is taken, and names it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const backend = startProcess(variables({ PORT: String(port) }));
  expect(await backend.exit).toBe(78);
  expect(backend.errors()).toMatch(new RegExp(`^PORT ${port} is taken: .*PORT=${port + 1}\n$`));
});

it('F08 waits for a database that comes later', async () => {
  const data = await scratch();
  const port = await freePort();
  const uri = `mongodb://127.0.0.1:${port}/chat?replicaSet=development`;
  const backend = startProcess(variables({ MONGODB_URI: uri }));
  await until(says(backend, 'the database does not answer, trying again'), 20_000);
  await writeFile(join(data, 'port'), String(port));
  const mongod = await startMongod({ data, say: () => {} });
  onTestFinished(mongod.stop);
  const answer = await fetch(`${await backend.listening()}/readyz`);
  expect(answer.status).toBe(200);
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
}, 60_000);

it('C67 warns of limits that are too wide to protect', async () => {
  const backend = startProcess(variables({ RATE_LIMIT_FACTOR: '11' }));
  await backend.listening();
  expect(backend.log.find(({ level }) => level === 'warn')).toMatchObject({ factor: 11 });
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
});

it('C40 serves without __proto__, as the start script asks', async () => {
  const { scripts } = JSON.parse(
    await readFile(join(import.meta.dirname, '../package.json'), 'utf8'),
  );
  const flags = (scripts.start as string).split(' ').filter((word) => /^--(?!env-file)/.test(word));
  const probe =
    'data:text/javascript,process.once("SIGUSR2",()=>console.log(JSON.stringify({msg:"probe",has:"__proto__" in {}})))';
  const backend = startProcess(variables(), [...flags, '--import', probe]);
  const url = await backend.listening();
  const answer = await fetch(`${url}/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username: 'anna',
      email: 'anna@example.com',
      password: 'a password of many words',
    }),
  });
  expect(answer.status).toBe(201);
  backend.child.kill('SIGUSR2');
  await until(says(backend, 'probe'));
  expect(backend.log.find(({ msg }) => msg === 'probe')).toMatchObject({ has: false });
});
