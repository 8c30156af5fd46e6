import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { startApp, until } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { startBody } from '../support/slow-body.ts';

// One client that holds as many places as it can, without an account, while everybody else works.

const environment = { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '1' };

it('C59 of an address few unfinished bodies are waited for, and others are not concerned', async () => {
  const app = await startApp(environment);
  const count = limits.rate.global.burst;
  const requests = Array.from({ length: count }, () => startBody(app, '10.1.1.1'));
  const neighbour = startBody(app, '10.1.1.2');
  const refused = () => requests.filter(({ text }) => text.startsWith('HTTP/1.1 429'));

  await until(() => refused().length === count - limits.http.unfinishedBodies);
  for (const { socket, text } of refused()) {
    expect(text).toMatch(/"code":"too-many-connections"/);
    expect(text).toMatch(/^retry-after: \d+/im);
    if (!socket.closed) await once(socket, 'close');
  }
  expect(neighbour.text).toBe('');
  // What is refused does not count any more.
  for (const { socket } of requests) socket.destroy();
  const next = startBody(app, '10.1.1.1');
  next.socket.write('"a":123}');
  await until(() => next.text.startsWith('HTTP/1.1 422'));
});

it('C57 C59 an address opens so many connections, and what it closes makes room for another', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { port } = new URL(app.url);
  const open = async () => {
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  const count = (): Promise<number> =>
    new Promise((resolve, reject) =>
      app.app.http.getConnections((error, number) => (error ? reject(error) : resolve(number))),
    );
  const max = limits.http.connectionsPerAddress;
  const sockets = await Promise.all(Array.from({ length: max }, open));
  await until(async () => (await count()) === max);
  const extra = await open();
  if (!extra.closed) await once(extra, 'close');
  expect(await count()).toBe(max);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await count()) === 0);
  expect((await app.call('GET', '//livez')).status).toBe(200);
});
