import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { limits } from '../src/configs/limits.ts';
import { startApp, until } from './support/app.ts';
import { openTransport } from './support/raw.ts';

// Clients that connect and then keep others' places without a word.

it.concurrent(
  'C59 closes connections whose headers or bodies do not come, and serves others meanwhile',
  async () => {
    const app = await startApp();
    const { port } = new URL(app.url);
    const hold = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.on('data', (chunk) => (answer += chunk.toString()));
        socket.on('close', () => resolve(answer));
      });
    const body =
      'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';
    const held = Array.from({ length: 100 }, (_, index) =>
      hold(index % 2 ? body : 'GET /livez HTTP/1.1\r\nHost: x\r\n'),
    );
    expect((await app.call('GET', '//livez')).status).toBe(200);
    for (const answer of await Promise.all(held)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  },
  60_000,
);

it.concurrent('C60 transports that never say who they are do not stay', async () => {
  const app = await startApp();
  const managers = Array.from({ length: 50 }, () => openTransport(app));
  await Promise.all(
    managers.map((manager) => new Promise((resolve) => manager.open(() => resolve(undefined)))),
  );
  expect(app.app.io.engine.clientsCount).toBe(50);
  await until(() => app.app.io.engine.clientsCount === 0, limits.socket.connectTimeoutMs + 3_000);
});
