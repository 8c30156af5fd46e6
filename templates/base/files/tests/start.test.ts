import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cacheFolder, findMongod } from '../tools/find-mongod.ts';
import { startMongod } from '../tools/mongod.ts';
import { testVariables, until } from './support/app.ts';
import { freePort, startProcess, type BackendProcess } from './support/process.ts';

const variables = (changes: Record<string, string> = {}) =>
  testVariables({ LOG_LEVEL: 'info', ...changes });

/** A folder that goes with the test. */
async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-backend-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A request whose body does not come. */
async function holdRequest(url: string): Promise<void> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  );
  await fetch(`${url}/livez`); // so that it has arrived
}

const says = (backend: BackendProcess, msg: string) => () =>
  backend.log.some((line) => line['msg'] === msg);

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

it('F14 a signal while it waits for the database ends it with 0', async () => {
  const uri = `mongodb://127.0.0.1:${await freePort()}/chat?replicaSet=development`;
  const backend = startProcess(variables({ MONGODB_URI: uri }));
  await until(says(backend, 'the database does not answer, trying again'), 20_000);
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
  expect(backend.errors()).toBe('');
});

it('F13 C59 a signal ends it with 0, also while a body does not come', async () => {
  const backend = startProcess(variables());
  const url = await backend.listening();
  await holdRequest(url);
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
  expect(backend.log.slice(-2).map(({ msg }) => msg)).toEqual(expect.arrayContaining(['stopped']));
});

it('F14 a second signal ends it at once with 1', async () => {
  const backend = startProcess(variables());
  await holdRequest(await backend.listening());
  backend.child.kill('SIGINT');
  await until(says(backend, 'stopping'));
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(1);
  expect(says(backend, 'stopped')()).toBe(false);
});

it('C69 an error that nobody caught is logged, and the process drains and ends with 1', async () => {
  for (const [event, code] of [
    ['uncaughtException', 'throw new Error("injected")'],
    ['unhandledRejection', 'Promise.reject(new Error("injected"))'],
  ] as const) {
    const fault = `data:text/javascript,process.once("SIGUSR2", () => { ${code} })`;
    const backend = startProcess(variables(), ['--import', fault]);
    await backend.listening();
    backend.child.kill('SIGUSR2');
    expect(await backend.exit).toBe(1);
    const fatal = backend.log.find(({ level }) => level === 'fatal');
    expect(fatal).toMatchObject({ msg: event, err: { message: 'injected' } });
    expect(backend.log.at(-1)).toMatchObject({ msg: 'stopped' });
  }
});

it('C67 warns of limits that are too wide to protect', async () => {
  const backend = startProcess(variables({ RATE_LIMIT_FACTOR: '11' }));
  await backend.listening();
  expect(backend.log.find(({ level }) => level === 'warn')).toMatchObject({ factor: 11 });
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
});
