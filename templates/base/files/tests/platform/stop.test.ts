import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { mongo } from 'mongoose';
import { io as connectSocket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { createApi } from '../../client/api.ts';
import { freePort } from '../../tools/free-port.ts';
import {
  ask,
  next,
  sharedVariables,
  testVariables,
  until,
  type TestSocket,
} from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { fastClock, runTool, startProcess } from '../support/process.ts';

const variables = (changes: Record<string, string> = {}) =>
  sharedVariables({ LOG_LEVEL: 'info', ...changes });

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

/** A user of a backend in another process, with a group of their own and a socket. */
async function enter(url: string, username: string) {
  const api = createApi(url, { load: () => null, save: () => {} });
  const email = `${username}@example.com`;
  await api.register({ username, email, password: `${username} likes long words` });
  const body = { type: 'group', name: 'A group' };
  const { id } = await api.call<{ id: string }>('POST', '/conversations', body);
  const options = { transports: ['websocket'], reconnection: false, forceNew: true };
  const auth = { token: await api.token() };
  const socket: TestSocket = connectSocket(url, { ...options, auth });
  onTestFinished(() => void socket.disconnect());
  await next(socket, 'ready');
  return { api, socket, conversationId: id };
}

/** Sends without a pause until the socket is closed, and notes what was acknowledged. */
async function write(writer: Awaited<ReturnType<typeof enter>>, acknowledged: string[]) {
  const { socket, conversationId } = writer;
  const answers: Promise<unknown>[] = [];
  while (socket.connected) {
    const message = { conversationId, id: randomUUID(), content: 'hello' };
    const sent = ask(socket, 'message:send', message).then(
      (answer) => answer.ok && acknowledged.push(`${conversationId} ${message.id}`),
      () => {}, // closed before an answer came
    );
    answers.push(sent);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  socket.disconnect();
  await Promise.all(answers);
}

it.concurrent(
  'F13 a signal under load: what is stored is exactly what was acknowledged',
  async () => {
    const environment = variables();
    const backend = startProcess(environment);
    const url = await backend.listening();
    const names = ['anna', 'ben', 'chloe', 'dario'];
    const writers = await Promise.all(names.map((name) => enter(url, name)));
    const acknowledged: string[] = [];
    const writing = writers.map((writer) => write(writer, acknowledged));
    await until(() => acknowledged.length > 100);
    backend.child.kill('SIGTERM');
    expect(await backend.exit).toBe(0);
    await Promise.all(writing);
    const client = await new mongo.MongoClient(environment['MONGODB_URI'] as string).connect();
    onTestFinished(() => client.close());
    const rows = await client.db().collection('messages').find().toArray();
    const stored = rows.map((row) => `${row['conversation']} ${String(row._id)}`);
    expect(stored.toSorted()).toEqual(acknowledged.toSorted());
  },
);

it.concurrent('F13 in production it serves on until proxies and clients have noticed', async () => {
  const environment = variables({ NODE_ENV: 'production' });
  expect(await runTool('tools/db-setup.ts', environment)).toMatchObject({ code: 0 });
  const backend = startProcess(environment);
  const url = await backend.listening();
  const { api, socket, conversationId } = await enter(url, 'anna');
  const told = next(socket, 'server:draining');
  const reasons: string[] = [];
  socket.on('disconnect', (reason) => reasons.push(reason));
  backend.child.kill('SIGTERM');
  await told;
  const statusOf = async (path: string): Promise<number> => (await fetch(url + path)).status;
  expect([await statusOf('/livez'), await statusOf('/readyz')]).toEqual([200, 503]);
  expect(await api.call('GET', '/users/me')).toMatchObject({ username: 'anna' });
  const message = { conversationId, id: randomUUID(), content: 'late' };
  expect(await ask(socket, 'message:send', message)).toMatchObject({
    ok: false,
    error: { code: 'unavailable' },
  });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect([reasons, backend.child.exitCode]).toEqual([[], null]);
  socket.disconnect(); // as the client does, at the moment that it was told
  expect(await backend.exit).toBe(0);
});

it.concurrent('F14 a signal while it waits for the database ends it with 0', async () => {
  const uri = `mongodb://127.0.0.1:${await freePort()}/chat?replicaSet=development`;
  const backend = startProcess(testVariables({ MONGODB_URI: uri, LOG_LEVEL: 'info' }));
  await backend.says('the database does not answer, trying again');
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
  expect(backend.errors()).toBe('');
});

it.concurrent('F13 C59 a signal ends it with 0, also while a body does not come', async () => {
  const backend = startProcess(variables());
  const url = await backend.listening();
  await holdRequest(url);
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
  expect(backend.log.slice(-2).map(({ msg }) => msg)).toEqual(expect.arrayContaining(['stopped']));
});

it.concurrent('F14 a second signal ends it at once with 1', async () => {
  const backend = startProcess(variables());
  await holdRequest(await backend.listening());
  backend.child.kill('SIGINT');
  await backend.says('stopping');
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(1);
  expect(backend.log.some(({ msg }) => msg === 'stopped')).toBe(false);
});

it.concurrent('F14 a stop that gets stuck is ended with 1 when its time is over', async () => {
  const stuck = `data:text/javascript,import http from "node:http"; http.Server.prototype.close = () => {}`;
  const backend = startProcess(variables(), [...fastClock, '--import', stuck]);
  await backend.listening();
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(1);
  expect(backend.log.at(-1)).toMatchObject({ level: 'error', msg: 'not stopped in time' });
});

it.concurrent(
  'C69 an error that nobody caught is logged, and the process drains and ends with 1',
  async () => {
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
  },
);
