import { randomUUID } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import {
  ask,
  done,
  next,
  refusal,
  refused,
  startApp,
  until,
  type TestApp,
  type TestSocket,
} from '../support/app.ts';
import { idOf } from '../../tools/derived-id.ts';
import { createGate } from '../support/node.ts';
import { openTransport, sendPacket } from '../support/raw.ts';
import { holdRateLimits } from '../support/timers.ts';

type Raw = { emit(name: string, ...args: unknown[]): unknown };
const raw = (socket: TestSocket): Raw => socket;
const draft = (conversationId: string, name = 'one') => ({
  conversationId,
  id: idOf(name),
  content: 'hello',
});

/** Opens a WebSocket by hand and says whether it was let in. */
async function upgrade(app: TestApp, headers: Record<string, string>, query = '') {
  const { port } = new URL(app.url);
  return new Promise<{ status: number; socket?: NetSocket }>((resolve, reject) => {
    const client = request({
      port,
      path: `/socket.io/?EIO=4&transport=websocket${query}`,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    client.on('upgrade', (_response: IncomingMessage, socket: NetSocket) =>
      resolve({ status: 101, socket }),
    );
    client.on('response', (response) => resolve({ status: response.statusCode ?? 0 }));
    client.on('error', reject);
    client.end();
  });
}

it('S1 nobody connects without a token, and a user hears only what is theirs', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register('anna'), await app.register('bert')];
  const socket = app.open(undefined, { auth: { userId: anna.id } });
  const error = await refusal(socket);
  expect(error).toMatchObject({ code: 'unauthenticated', status: 401 });
  const theirs = await bert.connect();
  const heard: string[] = [];
  theirs.onAny((name: string) => heard.push(name));
  await anna.post('/conversations', { type: 'group', name: 'Private' });
  await done(theirs, 'conversation:heads', {});
  expect(heard).toEqual([]);
});

it('S12 C42 C43 lives through malformed packets and answers those that can be answered', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const socket = await owner.connect();
  const names = [
    'message:send',
    '__proto__',
    'constructor',
    'toString',
    'nothing',
    '',
    '0',
    'hasOwnProperty',
  ];
  const payloads = [
    undefined,
    null,
    1,
    'x',
    [],
    {},
    [[]],
    { conversationId: { $gt: '' } },
    Buffer.from('x'),
    Number.NaN,
  ];
  for (const name of names)
    for (const payload of payloads) {
      raw(socket).emit(name, payload); // without an acknowledgement
      raw(socket).emit(name, payload, 1);
      const answer = await ask(socket, name as never, payload);
      expect(answer).toMatchObject({ ok: false, error: { status: expect.any(Number) as number } });
    }
  expect((await refused(socket, 'nothing' as never, {})).code).toBe('unknown-event');
  await done(socket, 'message:send', draft(conversationId));
  const page = await others[0]!.get(`/conversations/${conversationId}/messages`);
  expect(page.body.items).toHaveLength(1);
});

it('C69 a handler that throws answers internal, and nothing else ends', async () => {
  let isBroken = false;
  const app = await startApp(
    {},
    {
      clock: {
        now() {
          if (isBroken) throw new Error('no time');
          return new Date();
        },
      },
    },
  );
  const { conversationId, owner } = await app.group(1);
  const [socket, other] = [await owner.connect(), await owner.connect()];
  const first = { conversationId, id: randomUUID(), content: 'hello' };
  const { message } = await done(socket, 'message:send', first);
  const edit = { conversationId, messageId: message.id, content: 'hello again' };
  isBroken = true;
  const { code, detail } = await refused(socket, 'message:edit', edit);
  expect([code, detail]).toEqual(['internal', undefined]);
  isBroken = false;
  for (const [index, one] of [socket, other].entries())
    expect((await done(one, 'message:edit', edit)).message.rev).toBe(index + 1);
});

it('what one socket may have waiting is bounded; the rest is refused at once and nothing is lost', async () => {
  const app = await startApp(); // its rates let a thousand times more through
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const answers = await Promise.all(
    Array.from({ length: 4 * limits.socket.pendingCommands }, () =>
      ask(socket, 'conversation:sync', { cursors: [{ conversationId, seq: 0, rev: 0 }] }),
    ),
  );
  const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
  expect(codes.slice(0, limits.socket.pendingCommands)).not.toContain('rate-limited');
  expect(new Set(codes)).toEqual(new Set(['ok', 'rate-limited']));
  await done(socket, 'message:send', draft(conversationId));
});

it('S12 a frame that is too large ends the socket of its sender only', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [sender, other] = [await owner.connect(), await others[0]!.connect()];
  const closed = new Promise((resolve) => sender.once('disconnect', resolve));
  raw(sender).emit('message:send', { ...draft(conversationId), content: 'x'.repeat(1_000_000) });
  await closed;
  await done(other, 'message:send', draft(conversationId));
});

it('S12 C56 closes a socket after too many refused commands and bans its user for a while', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const socket = await user.connect();
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  for (let count = 0; count < 60; count += 1) raw(socket).emit('nothing', {}, () => {});
  await closed;
  const again = app.open(user.token);
  const error = await refusal(again);
  expect(error).toMatchObject({ code: 'rate-limited' });
});

it('S36 lets the burst pass and no more; reconnecting does not refill', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { conversationId, owner, others } = await app.group(2);
  const socket = await owner.connect();
  holdRateLimits();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      ask(socket, 'message:send', draft(conversationId, `m${index}`)),
    ),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(20);
  const late = answers.find((answer) => !answer.ok);
  expect(late).toMatchObject({
    error: { code: 'rate-limited', retryAfterMs: expect.any(Number) as number },
  });
  socket.disconnect();
  const again = await owner.connect();
  const more = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      ask(again, 'message:send', draft(conversationId, `n${index}`)),
    ),
  );
  expect(more.filter(({ ok }) => ok)).toEqual([]);
  const other = await others[0]!.connect();
  await done(other, 'message:send', draft(conversationId, 'other'));
});

it('C57 refuses an eleventh socket of a user and keeps the others', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const sockets = await Promise.all(Array.from({ length: 10 }, () => user.connect()));
  const extra = app.open(user.token);
  const error = await refusal(extra);
  expect(error).toMatchObject({ code: 'too-many-connections', status: 429 });
  expect(sockets.every((socket) => socket.connected)).toBe(true);
  sockets[0]!.disconnect();
  await until(async () => {
    const another = app.open(user.token);
    return new Promise<boolean>((resolve) => {
      another.once('ready', () => resolve(true));
      another.once('connect_error', () => resolve(false));
    });
  });
});

it('C57 refuses the socket after a hundred of one address', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { perUser, perAddress } = limits.socket;
  const [last, ...users] = await app.registerMany(perAddress / perUser + 1);
  const sockets = await Promise.all(
    users.flatMap((user) => Array.from({ length: perUser }, () => user.connect())),
  );
  expect(sockets).toHaveLength(perAddress);
  const extra = app.open(last!.token);
  const error = await refusal(extra);
  expect(error).toMatchObject({ code: 'too-many-connections', status: 429 });
  expect(sockets.every((socket) => socket.connected)).toBe(true);
});

it('C49 lets listed origins in, exactly', async () => {
  const app = await startApp({ ALLOWED_ORIGINS: 'https://chat.example.com' });
  const status = async (origin: string, headers: Record<string, string> = {}) => {
    const { status: code, socket } = await upgrade(app, { origin, ...headers });
    socket?.destroy();
    return code;
  };
  expect(await status('https://chat.example.com')).toBe(101);
  // Its own page always: the list of others would lock the demo out.
  expect(await status(app.url, { host: new URL(app.url).host })).toBe(101);
  for (const origin of [
    'https://evil.example',
    'null',
    'https://chat.example.com.evil.tld',
    'https://chat.example.com:444',
    'http://chat.example.com',
    'https://CHAT.example.com',
  ])
    expect([origin, await status(origin)]).toEqual([origin, 403]);
});

it('C49 with an empty list lets its own page in and no other', async () => {
  const app = await startApp();
  const { host } = new URL(app.url);
  const status = async (origin: string) => {
    const { status: code, socket } = await upgrade(app, { origin, host });
    socket?.destroy();
    return code;
  };
  expect(await status(`http://${host}`)).toBe(101);
  expect(await status('http://localhost:1')).toBe(403);
});

it('C19 refuses a token in the address of a handshake', async () => {
  const app = await startApp();
  const user = await app.register();
  expect((await upgrade(app, {}, `&token=${user.token}`)).status).toBe(400);
});

it('C60 closes a refused handshake at once', async () => {
  const app = await startApp();
  const manager = openTransport(app); // a client that would stay
  await new Promise((resolve) => manager.open(() => resolve(undefined)));
  let isClosed = false;
  manager.engine.once('close', () => (isClosed = true));
  sendPacket({ io: manager }, '40{"token":"nonsense"}');
  // Well before the time that a transport without a socket may stay.
  await until(() => isClosed, limits.socket.connectTimeoutMs / 2);
  await until(() => app.app.io.engine.clientsCount === 0);
});

it('C25 a connection that returns gets nothing back from the transport: rooms come from the database', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const socket = await others[0]!.connect();
  const heard: (string | null)[] = [];
  socket.on('message:created', ({ content }) => heard.push(content));
  const post = (text: string) =>
    owner.post(`/conversations/${conversationId}/messages`, { id: randomUUID(), content: text });
  await post('here');
  await until(() => heard.length === 1);

  socket.io.engine.close(); // as if the network failed
  await until(() => app.app.io.of('/').sockets.size === 0);
  await post('while away');
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  const ready = next(socket, 'ready');
  socket.connect();
  expect((await ready).heads).toEqual([]);
  await post('afterwards');
  await done(socket, 'conversation:heads', {});
  expect(heard).toEqual(['here']);
});

it('keeps the commands of one socket in order without waiting for commits', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      done(socket, 'message:send', draft(conversationId, `m${index}`)),
    ),
  );
  expect(results.map(({ message }) => message.seq)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

it('S37 drains: what is under way is acknowledged, clients are told, nothing new is taken', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [socket, other] = [await owner.connect(), await others[0]!.connect()];
  const draining = next(other, 'server:draining');
  const closed = new Promise((resolve) => other.once('disconnect', resolve));
  // The database takes its time, so that something is under way for certain.
  const gate = createGate();
  const messages = app.app.connection.collection('messages');
  const insertMany = messages.insertMany.bind(messages);
  const insert = vi.spyOn(messages, 'insertMany').mockImplementation(async (...rows) => {
    await gate.passed;
    return insertMany(...rows);
  });
  const sends = Array.from({ length: 20 }, (_, index) =>
    ask(socket, 'message:send', draft(conversationId, `m${index}`)),
  );
  await until(() => insert.mock.calls.length > 0);
  const stopped = app.app.stop();
  expect((await draining).reconnectInMs).toBeLessThanOrEqual(10_000);
  gate.open();
  const answers = await Promise.all(sends);
  for (const answer of answers) expect(answer.ok || answer.error.code === 'unavailable').toBe(true);
  expect(answers.filter((answer) => answer.ok).length).toBeGreaterThan(0);
  await closed;
  await stopped;
});
