import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { ConnectionLimits } from '../../src/platform/sockets/connection-limits.ts';
import { limits } from '../../src/configs/limits.ts';
import { refusal, startApp, until, type TestApp, type TestUser } from '../support/app.ts';
import { openRaw, type RawConnection } from '../support/raw.ts';
import { createTestTimers } from '../support/timers.ts';

// What the protocol allows on one connection of the engine: a client may leave and come again.

const connect = ({ token }: { token: string }): string => `40${JSON.stringify({ token })}`;
const leave = '41';
const clients = (app: TestApp): number => app.app.io.engine.clientsCount;
const sockets = (app: TestApp): number => app.app.io.of('/').sockets.size;

/** A raw connection whose socket is ready. */
async function connected(app: TestApp, user: TestUser): Promise<RawConnection> {
  const raw = await openRaw(app);
  raw.send(connect(user));
  await raw.answer('2["ready",');
  return raw;
}

it('whoever leaves connects again on the same connection, also without a pause and as somebody else', async () => {
  const app = await startApp();
  const [user, other] = [await app.register(), await app.register()];
  const raw = await connected(app, user);
  raw.send(leave);
  await until(() => sockets(app) === 0);
  raw.send(connect(user));
  expect(await raw.answer('2["ready",')).toContain(user.id);
  raw.send(leave, connect(other));
  expect(await raw.answer('2["ready",')).toContain(other.id);
  raw.send('427["conversation:heads",{}]');
  expect(await raw.answer('37')).toBe('[{"ok":true,"data":{"heads":[]}}]');
  expect([sockets(app), clients(app)]).toEqual([1, 1]);
});

it('a refusal of the second connect is a problem and no bug', async () => {
  const app = await startApp();
  const user = await app.register();
  const raw = await connected(app, user);
  raw.send(leave, '40{"token":"nonsense"}');
  expect(JSON.parse(await raw.answer('4'))).toMatchObject({ data: { code: 'unauthenticated' } });
  await until(() => !raw.isOpen && clients(app) === 0);
});

it('C57 a socket that leaves is released at once, once, and counts again when it comes back', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const raws = await Promise.all(
    Array.from({ length: limits.socket.perUser }, () => connected(app, user)),
  );
  raws[0]!.send(leave);
  await until(() => sockets(app) === limits.socket.perUser - 1);
  expect(raws[0]!.isOpen).toBe(true);
  const next = await user.connect(); // its place
  raws[0]!.send(connect(user));
  const { data } = JSON.parse(await raws[0]!.answer('4')) as { data: object };
  expect(data).toMatchObject({
    code: 'too-many-connections',
    detail: expect.any(String) as string,
  });
  await until(() => clients(app) === limits.socket.perUser);
  // The end of a connection whose place is given back gives back no other one.
  expect(await refusal(app.open(user.token))).toMatchObject({ code: 'too-many-connections' });
  expect(next.connected).toBe(true);
});

it('C57 leaving and coming again, many times over, takes one place', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const raw = await connected(app, user);
  for (let time = 0; time < 2 * limits.socket.perUser; time += 1) {
    raw.send(leave, connect(user));
    await raw.answer('2["ready",');
  }
  for (let more = 1; more < limits.socket.perUser; more += 1) await user.connect();
  expect(sockets(app)).toBe(limits.socket.perUser);
});

it('C60 a connection that nobody is on any more is closed, one that is used again stays', async () => {
  const timers = createTestTimers();
  const app = await startApp({}, { timers });
  const user = await app.register();
  const [idle, busy] = [await connected(app, user), await connected(app, user)];
  idle.send(leave);
  busy.send(leave);
  await until(() => sockets(app) === 0);
  timers.pass(limits.socket.emptyMs - 1);
  busy.send(connect(user));
  await busy.answer('2["ready",');
  expect(clients(app)).toBe(2);
  timers.pass(1);
  await until(() => !idle.isOpen && clients(app) === 1);
  timers.pass(limits.socket.emptyMs);
  busy.send('427["conversation:heads",{}]');
  await busy.answer('37');
});

it('two connects at once are one socket at most, and the second is told', async () => {
  const app = await startApp();
  const user = await app.register();
  const raw = await openRaw(app);
  raw.send(connect(user), connect(user));
  expect(JSON.parse(await raw.answer('4'))).toMatchObject({ data: { code: 'malformed' } });
  await until(() => !raw.isOpen && clients(app) === 0);
  expect(sockets(app)).toBe(0);
  const again = await connected(app, user);
  again.send(connect(user)); // one it has
  await until(() => !again.isOpen && clients(app) === 0);
});

it('nothing that was asked before leaving is answered to who came after', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const raw = await connected(app, owner);
  const message = { conversationId, id: randomUUID(), content: 'hello' };
  raw.send(`427["message:send",${JSON.stringify(message)}]`, leave, connect(owner));
  await raw.answer('2["ready",');
  await until(
    async () =>
      ((await owner.get(`/conversations/${conversationId}`)).body.lastSeq as number) === 1,
  );
  raw.send('428["conversation:heads",{}]');
  await raw.answer('38');
  expect(raw.heard.filter((data) => data.startsWith('37'))).toEqual([]);
});

it.each([
  ['a close of the engine', '1', true],
  ['a command before the connect', '420["conversation:heads",{}]', false],
  ['a leave before the connect', '41', false],
  ['another namespace', '40/admin,{}', false],
])('%s ends the connection and holds no place', async (_what, packet, isConnected) => {
  const app = await startApp();
  const user = await app.register();
  const raw = isConnected ? await connected(app, user) : await openRaw(app);
  raw.send(packet);
  await until(() => !raw.isOpen && clients(app) === 0, limits.socket.connectTimeoutMs / 2);
  expect(sockets(app)).toBe(0);
});

it('a connect without a token says what is missing', async () => {
  const app = await startApp();
  for (const packet of ['40', '40{}', '40/,{"token":7}']) {
    const raw = await openRaw(app);
    raw.send(packet);
    const { data } = JSON.parse(await raw.answer('4')) as { data: object };
    expect(data).toMatchObject({
      code: 'unauthenticated',
      detail: expect.stringContaining('auth: { token }') as string,
    });
    await until(() => !raw.isOpen);
  }
});

it('C69 a bug at the connect is answered as internal, and logged', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const app = await startApp({}, { log });
  const user = await app.register();
  vi.spyOn(ConnectionLimits.prototype, 'acquire').mockImplementation(() => {
    throw new TypeError('a bug');
  });
  const { code, detail } = await refusal(app.open(user.token));
  expect([code, detail]).toEqual(['internal', undefined]);
  expect(lines).toEqual([expect.objectContaining({ level: 50, msg: 'unexpected error' })]);
});
