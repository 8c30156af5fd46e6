import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startApp, until } from '../support/app.ts';
import { setLimits } from '../support/limits.ts';
import { openTransport, sendPacket } from '../support/raw.ts';

// Clients that connect and then keep others' places without a word.
const startImpatient = () => {
  setLimits('http', { headersTimeoutMs: 3_000, requestTimeoutMs: 3_000 });
  setLimits('socket', { connectTimeoutMs: 3_000 });
  return startApp();
};

it.concurrent(
  'C59 closes connections whose headers or bodies do not come, and serves others meanwhile',
  async () => {
    const app = await startImpatient();
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
);

it.concurrent('C59 a body that goes on after its answer is cut off too', async () => {
  const app = await startImpatient();
  const { port } = new URL(app.url);
  /** Sends a byte from time to time, whatever it hears, until it is cut off. */
  const goOn = (path: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`,
      );
      const timer = setInterval(() => socket.write(' '), 100);
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', () => {}); // of a byte that came too late
      socket.on('close', () => {
        clearInterval(timer);
        resolve(answer);
      });
    });
  const [read, refused] = await Promise.all(
    ['/v1/auth/login', '/v1/auth/login?access_token=x'].map(goOn),
  );
  expect(read).toMatch(/^HTTP\/1\.1 408 /);
  expect(refused).toMatch(/^HTTP\/1\.1 400 /);
});

it.concurrent('C60 transports that never say who they are do not stay', async () => {
  const app = await startImpatient();
  const { engine } = app.app.io;
  let opened = 0; // on a slow machine the first of them ends before the last one is there
  engine.on('connection', () => (opened += 1));
  for (const manager of Array.from({ length: 50 }, () => openTransport(app))) manager.open();
  await until(() => opened === 50 && engine.clientsCount === 0);
});

it.concurrent('C60 whoever is refused and does not hang up is cut off', async () => {
  const app = await startImpatient();
  const manager = openTransport(app);
  await new Promise((resolve) => manager.open(() => resolve(undefined)));
  const { ws } = (manager.engine as unknown as { transport: { ws: { pause(): void } } }).transport;
  sendPacket({ io: manager }, '40{"token":"nonsense"}');
  ws.pause(); // so that it does not answer the close frame
  const open = () =>
    new Promise<number>((resolve) =>
      app.app.http.getConnections((_error, count) => resolve(count)),
    );
  await until(async () => (await open()) === 0);
  manager.engine.close();
});
