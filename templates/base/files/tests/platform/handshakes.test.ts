import { request, type IncomingMessage } from 'node:http';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import type { Problem } from '../../src/contract/errors.ts';
import { next, startApp, until, type TestApp } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { openRaw } from '../support/raw.ts';
import { holdRateLimits } from '../support/timers.ts';

// What is refused before there is a connection: the answer to a request of the engine.

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly problem: Problem | undefined;
}

/** Asks the engine by hand. */
function ask(app: TestApp, query: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = request(`${app.url}/socket.io/?${query}`, { headers });
    client.on('upgrade', ({ headers: of }, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: of, problem: undefined });
    });
    client.on('response', (response) => {
      const { statusCode: status = 0, headers: of } = response;
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => {
        const problem = body.startsWith('{') ? (JSON.parse(body) as Problem) : undefined;
        resolve({ status, headers: of, problem });
      });
    });
    client.on('error', reject);
    client.end();
  });
}

const socketQuery = 'EIO=4&transport=websocket';

it('the answer to the upgrade leaves with the first packet', async () => {
  const app = await startApp();
  const user = await app.register();
  const corked: number[] = [];
  const tcpSockets: { readonly writableCorked: number }[] = [];
  // Emitted when that packet is written.
  app.app.io.engine.once('connection', ({ request: { socket } }: { request: IncomingMessage }) => {
    corked.push(socket.writableCorked);
    tcpSockets.push(socket);
  });
  await user.connect();
  expect([corked, tcpSockets.map(({ writableCorked }) => writableCorked)]).toEqual([[1], [0]]);
});

it('polling is answered with a problem that names the transport to use', async () => {
  const app = await startApp();
  const { status, headers, problem } = await ask(app, 'EIO=4&transport=polling');
  expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
  expect(problem).toMatchObject({ code: 'malformed', status: 400 });
  expect(problem?.detail).toMatch(/^Use the websocket transport: .*transports: \['websocket'\]/);
  // As a client shows it that was not told to use a WebSocket.
  const socket = io(app.url, { reconnection: false, forceNew: true });
  const body = await new Promise<string>((resolve) =>
    // The library empties it afterwards.
    socket.once('connect_error', (error: Error & { context?: { responseText: string } }) =>
      resolve(error.context?.responseText ?? ''),
    ),
  );
  expect(JSON.parse(body)).toEqual(problem);
});

it('polling connects where it is allowed, and goes on by WebSocket', async () => {
  const app = await startApp({ SOCKET_POLLING: 'true', RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  for (const transports of [['polling'], ['polling', 'websocket']]) {
    const socket = app.open(user.token, { transports });
    const { engine } = socket.io;
    await next(socket, 'ready');
    if (transports.length > 1) await until(() => engine.transport.name === 'websocket');
  }
});

it.each([
  ['an older engine', 'EIO=3&transport=websocket', upgrade, 400, /Engine\.IO 4/],
  ['a WebSocket that a proxy made a request of', socketQuery, {}, 400, /proxy/],
  ['a transport of its own', 'EIO=4&transport=pigeon', {}, 400, /websocket transport/],
  ['C19 a token in the URL', `${socketQuery}&token=secret`, upgrade, 400, /never in a URL/],
  ['C49 a foreign origin', socketQuery, { ...upgrade, origin: 'https://a.example' }, 403, /origin/],
])('%s is answered with a problem', async (_what, query, headers, status, detail) => {
  const app = await startApp();
  const answer = await ask(app, query, headers);
  expect([answer.status, answer.headers['content-type']]).toEqual([
    status,
    'application/problem+json',
  ]);
  expect(answer.problem?.detail).toMatch(detail);
  expect(JSON.stringify(answer.problem)).not.toContain('secret');
  await openRaw(app); // everybody else connects
});

it('C57 an address connects so often at once, without a word of who it is', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const pass = holdRateLimits();
  const { burst } = limits.rate.handshake;
  // All sockets of an address may come back at once, and once more.
  expect(burst).toBeGreaterThanOrEqual(2 * limits.socket.perAddress);
  const answers = await Promise.all(
    Array.from({ length: burst }, () => ask(app, socketQuery, upgrade)),
  );
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([101]));
  const { status, headers, problem } = await ask(app, socketQuery, upgrade);
  expect([status, headers['content-type']]).toEqual([429, 'application/problem+json']);
  expect(problem).toMatchObject({
    code: 'rate-limited',
    retryAfterMs: expect.any(Number) as number,
  });
  expect(headers['retry-after']).toBe(String(Math.ceil(problem!.retryAfterMs! / 1_000)));
  // What the library tells of it; it tries again by itself.
  const socket = io(app.url, { transports: ['websocket'], forceNew: true });
  onTestFinished(() => void socket.disconnect());
  const error = await new Promise<Error & { description?: { message?: string } }>((resolve) =>
    socket.once('connect_error', resolve),
  );
  expect(error.description?.message).toContain('429');
  expect(socket.active).toBe(true);
  pass(problem!.retryAfterMs!);
  expect((await ask(app, socketQuery, upgrade)).status).toBe(101);
});

it.each([
  ['an empty sid', `${socketQuery}&sid=`, {}, 101],
  ['a foreign origin', socketQuery, { origin: 'https://a.example' }, 403],
  ['a fault', 'EIO=3&transport=websocket', {}, 400],
])(
  'C57 requests with %s draw from the rate of handshakes, too',
  async (_what, query, headers, status) => {
    const app = await startApp({ RATE_LIMIT_FACTOR: '0.01' });
    holdRateLimits();
    const statusOf = async () => (await ask(app, query, { ...upgrade, ...headers })).status;
    const burst = limits.rate.handshake.burst / 100;
    for (let count = 0; count < burst; count += 1) expect(await statusOf()).toBe(status);
    expect(await statusOf()).toBe(429);
    expect((await ask(app, socketQuery, upgrade)).status).toBe(429);
  },
);

it('the rate of handshakes counts clients behind a proxy, and no requests of one connection', async () => {
  const app = await startApp({
    RATE_LIMIT_FACTOR: '0.01',
    TRUST_PROXY: '1',
    SOCKET_POLLING: 'true',
  });
  holdRateLimits();
  const statusFor = async (address: string) =>
    (await ask(app, socketQuery, { ...upgrade, 'x-forwarded-for': address })).status;
  const burst = limits.rate.handshake.burst / 100;
  for (let count = 0; count < burst; count += 1) expect(await statusFor('192.0.2.1')).toBe(101);
  expect(await statusFor('192.0.2.1')).toBe(429);
  expect(await statusFor('192.0.2.2')).toBe(101);
  const user = await app.register();
  const polling = app.open(user.token, { transports: ['polling'] });
  await next(polling, 'ready'); // it has asked more often than an address may connect
});
