import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { io as connectSocket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { createApi } from '../../client/api.ts';
import { cacheFolder, findMongod } from '../../tools/find-mongod.ts';
import { startMongod } from '../../tools/mongod.ts';
import { freePort } from '../../tools/free-port.ts';
import { refusal, sharedVariables, testVariables } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { scratch } from '../support/own-mongod.ts';
import { fastClock, startProcess } from '../support/process.ts';

const variables = (changes: Record<string, string> = {}) =>
  testVariables({ LOG_LEVEL: 'info', ...changes });

it.concurrent(
  'S2 C12 C76 ends with 78 and one line for each wrong variable, without its value',
  async () => {
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
  },
);

it.concurrent('F07 C74 ends with 78 on a production database that was not set up', async () => {
  const backend = startProcess(variables({ NODE_ENV: 'production' }));
  expect(await backend.exit).toBe(78);
  expect(backend.errors()).toMatch(
    /^the collection \w+ lacks the index \{.*\}: npm run db:setup\n$/,
  );
});

it.concurrent(
  'ends with 78 on a stand-alone mongod, and says how to make it a replica set',
  async () => {
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
  },
);

it.concurrent('ends with 78 when its port is taken, and names it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const backend = startProcess(variables({ PORT: String(port) }));
  expect(await backend.exit).toBe(78);
  expect(backend.errors()).toMatch(new RegExp(`^PORT ${port} is taken: .*PORT=${port + 1}\n$`));
});

it.concurrent(
  'F08 C72 waits for a database that comes later: alive, not ready, and nothing else',
  async () => {
    const data = await scratch();
    const [database, port] = [await freePort(), await freePort()];
    const uri = `mongodb://127.0.0.1:${database}/chat?replicaSet=development`;
    const backend = startProcess(variables({ MONGODB_URI: uri, PORT: String(port) }));
    await backend.says('the database does not answer, trying again');
    const url = `http://127.0.0.1:${port}`;
    const statusOf = async (path: string): Promise<number> => (await fetch(url + path)).status;
    expect(await statusOf('/livez')).toBe(200);
    for (const path of ['/readyz', '/v1/users/me', '/nowhere'])
      expect(await statusOf(path)).toBe(503);
    const socket = connectSocket(url, { transports: ['websocket'], auth: { token: 'x' } });
    onTestFinished(() => void socket.disconnect());
    expect(await refusal(socket)).toMatchObject({ code: 'unavailable' });
    await writeFile(join(data, 'port'), String(database));
    const mongod = await startMongod({ data, say: () => {} });
    onTestFinished(mongod.stop);
    await backend.listening();
    expect(await statusOf('/readyz')).toBe(200);
    backend.child.kill('SIGTERM');
    expect(await backend.exit).toBe(0);
  },
);

it.concurrent('F08 ends with 69 when the database has not answered for a minute', async () => {
  const uri = `mongodb://127.0.0.1:${await freePort()}/chat?replicaSet=development`;
  const backend = startProcess(variables({ MONGODB_URI: uri }), fastClock);
  expect(await backend.exit).toBe(69);
  expect(backend.errors()).toMatch(/^the database of MONGODB_URI has not answered for 60 s: .*\n$/);
});

it.concurrent('C67 warns of limits that are too wide to protect', async () => {
  const backend = startProcess(sharedVariables({ LOG_LEVEL: 'info', RATE_LIMIT_FACTOR: '11' }));
  await backend.listening();
  expect(backend.log.find(({ factor }) => factor === 11)).toMatchObject({ level: 'warn' });
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
});

it.concurrent(
  'C01 stores Argon2id hashes with the parameters of limits.ts, each with a salt of its own',
  async () => {
    // In a process of its own, whose limits are the real ones.
    const environment = sharedVariables({ LOG_LEVEL: 'info' });
    const backend = startProcess(environment);
    const api = createApi(await backend.listening(), { load: () => null, save: () => {} });
    for (const username of ['anna', 'bert']) {
      const email = `${username}@example.com`;
      await api.register({ username, email, password: 'the same long password' });
    }
    const client = await new mongo.MongoClient(environment['MONGODB_URI'] as string).connect();
    onTestFinished(() => client.close());
    const users = await client.db().collection('users').find().toArray();
    const hashes = users.map((user) => user['passwordHash'] as string);
    expect(hashes).toHaveLength(2);
    for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(hashes[0]).not.toBe(hashes[1]);
  },
);

it.concurrent('C40 serves without __proto__, as the start script asks', async () => {
  const { scripts } = JSON.parse(
    await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'),
  );
  const flags = (scripts.start as string)
    .split(' ')
    .filter((word) => /^--(?!env-file|import)/.test(word));
  const probe =
    'data:text/javascript,process.once("SIGUSR2",()=>console.log(JSON.stringify({msg:"probe",has:"__proto__" in {}})))';
  const backend = startProcess(sharedVariables({ LOG_LEVEL: 'info' }), [
    ...flags,
    '--import',
    probe,
  ]);
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
  await backend.says('probe');
  expect(backend.log.find(({ msg }) => msg === 'probe')).toMatchObject({ has: false });
});
