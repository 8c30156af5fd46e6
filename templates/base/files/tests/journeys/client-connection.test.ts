import { io } from 'socket.io-client';
import { expect, it, vi } from 'vitest';
import { createApi, ProblemError, type Api, type SessionStore } from '../../client/api.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import type { Problem } from '../../src/contract/errors.ts';
import { startApp, until, type TestApp } from '../support/app.ts';
import { contents, groupWithChat, openChat, post } from '../support/client.ts';

/** An API with a new account, and what its store holds. */
async function signUp(app: TestApp) {
  const kept: { session: SessionView | null } = { session: null };
  const store: SessionStore = {
    load: () => kept.session,
    save: (session) => void (kept.session = session),
  };
  const account = {
    username: 'anna',
    email: 'anna@example.com',
    password: 'a quite long password',
  };
  await createApi(app.url, store).register(account);
  return { kept, api: () => createApi(app.url, store) };
}

const openWith = async (app: TestApp, api: Api, refused: (problem: Problem) => void = () => {}) =>
  openChat(app, await app.register(), { token: api.token, refused });

it.concurrent('the API keeps a sign-in and renews its token once for all calls', async () => {
  const app = await startApp();
  const { kept, api } = await signUp(app);
  const before = kept.session!;
  kept.session = { ...before, accessTokenExpiresAt: new Date(Date.now() + 1_000).toISOString() };
  const later = api();
  const tokens = await Promise.all([later.token(), later.token(), later.token()]);
  expect(new Set(tokens).size).toBe(1);
  expect(tokens[0]).not.toBe(before.accessToken);
  expect(await later.call('GET', '/users/me')).toMatchObject({ username: 'anna' });
  await later.logout();
  expect([later.session, kept.session]).toEqual([null, null]);
  await expect(later.call('GET', '/users/me')).rejects.toMatchObject({
    problem: { code: 'unauthenticated' },
  });
});

it.concurrent(
  'C121 the API keeps the token of its device after signing out, and gets in while others guess',
  async () => {
    const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
    const kept: { token: string | null } = { token: null };
    const store: SessionStore = {
      load: () => null,
      save: () => {},
      loadKnownDevice: () => kept.token,
      saveKnownDevice: (token) => void (kept.token = token),
    };
    const password = 'a quite long password';
    const api = createApi(app.url, store);
    await api.register({ username: 'anna', email: 'anna@example.com', password });
    await api.logout();
    expect(kept.token).not.toBeNull();
    const stranger = createApi(app.url, { load: () => null, save: () => {} });
    for (let tries = 0; tries < 5; tries += 1)
      await expect(stranger.login('anna', 'not the password')).rejects.toBeInstanceOf(ProblemError);
    // The first delay lasts a second, and a slow machine may take that long.
    const later = { $set: { expire: new Date(Date.now() + 60_000) } };
    await app.app.connection.collection('rate_limits').updateOne({ key: /^login-delays/ }, later);
    await expect(stranger.login('anna', password)).rejects.toMatchObject({
      problem: { code: 'rate-limited' },
    });
    // Also another page, which has only what the store kept.
    expect(await createApi(app.url, store).login('anna', password)).toMatchObject({
      user: { username: 'anna' },
    });
    expect(await api.login('anna', password)).toMatchObject({ user: { username: 'anna' } });
  },
);

it.concurrent(
  'a call whose token the server refuses is repeated with a new one: clocks differ',
  async () => {
    const app = await startApp();
    const { kept, api } = await signUp(app);
    kept.session = { ...kept.session!, accessToken: 'ended' };
    expect(await api().call('GET', '/users/me')).toMatchObject({ username: 'anna' });
  },
);

it.concurrent(
  'a connection whose token the server refuses is repeated with a new one: clocks differ',
  async () => {
    const app = await startApp();
    const { kept, api } = await signUp(app);
    kept.session = { ...kept.session!, accessToken: 'ended' };
    const refused = vi.fn();
    const chat = await openWith(app, api(), refused);
    await until(() => chat.socket.connected);
    expect(refused).not.toHaveBeenCalled();
  },
);

it.concurrent('a sign-in that has ended is told once, and nothing is tried any more', async () => {
  const app = await startApp();
  const { api } = await signUp(app);
  const refused = vi.fn();
  const chat = await openWith(app, api(), refused);
  await until(() => chat.socket.connected);
  await api().logout();
  await until(() => refused.mock.calls.length > 0);
  expect(refused).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ code: 'unauthenticated' }),
  );
  expect(chat.socket.active).toBe(false);
});

it.concurrent('an unreachable network ends no sign-in', async () => {
  const app = await startApp();
  const { api } = await signUp(app);
  const { token } = api();
  let isAway = true;
  const refused = vi.fn();
  const chat = openChat(app, await app.register(), {
    token: async (last) => {
      if (!isAway) return token(last);
      isAway = false;
      throw new TypeError('fetch failed');
    },
    refused,
  });
  await until(() => chat.socket.connected);
  expect(refused).not.toHaveBeenCalled();
});

it.concurrent('before its token ends, a connection gets a new one', async () => {
  const app = await startApp();
  const { api } = await signUp(app);
  const chat = await openWith(app, api());
  await until(() => chat.socket.connected);
  const [socket] = app.app.io.of('/').sockets.values();
  const { expiresAt } = socket!.data.caller;
  // Tokens count whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  socket!.emit('auth:expiring', { inMs: 30_000 });
  await until(() => socket!.data.caller.expiresAt > expiresAt);
  expect(chat.socket.id).toBe(socket!.id);
});

it.concurrent('comes back when the server closes the connection', async () => {
  const app = await startApp();
  const { conversationId, owner, chat } = await groupWithChat(app);
  const before = chat.socket.id;
  app.app.io.disconnectSockets();
  await post(owner, conversationId, 'meanwhile');
  await until(() => contents(chat, conversationId).length === 1);
  expect(chat.socket.id).not.toBe(before);
});

it.concurrent(
  'comes back at the moment that a draining server gave it, not when that one closes',
  async () => {
    const app = await startApp();
    const { chat } = await groupWithChat(app);
    const [socket] = app.app.io.of('/').sockets.values();
    const ended = new Promise((resolve) => chat.socket.once('disconnect', resolve));
    socket!.emit('server:draining', { reconnectInMs: 500 });
    socket!.conn.close();
    await ended;
    await Promise.resolve();
    expect(chat.socket.active).toBe(false); // the library does not reconnect by itself
    await until(() => chat.socket.connected);
  },
);

it.concurrent('leaves a draining server that goes on at the moment it gave', async () => {
  const app = await startApp();
  const { chat } = await groupWithChat(app);
  const [socket] = app.app.io.of('/').sockets.values();
  socket!.emit('server:draining', { reconnectInMs: 50 });
  await until(() => chat.socket.connected && chat.socket.id !== socket!.id);
});

it.concurrent('waits as long as a refusal says', async () => {
  const app = await startApp();
  const times: number[] = [];
  app.app.io.use((_socket, next) => {
    times.push(performance.now());
    const error = Object.assign(new Error('no'), {
      data: { code: 'unavailable', retryAfterMs: 50 },
    });
    next(times.length < 4 ? error : undefined);
  });
  const user = await app.register();
  const chat = openChat(app, user, { io });
  await until(() => chat.socket.connected);
  expect(times).toHaveLength(4);
});

it('says what the program sent wrongly, on the console where nobody else listens', async () => {
  const app = await startApp();
  const user = await app.register();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const misused = vi.fn();
  const chats = [openChat(app, user), openChat(app, user, { misused })];
  await until(() => chats.every(({ socket }) => socket.connected));
  for (const { socket } of chats)
    (socket as unknown as { emit(name: string, payload: object): void }).emit('message:send', {});
  await until(() => warn.mock.calls.length > 0 && misused.mock.calls.length > 0);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^message:send was refused \(malformed\): .*emitWithAck/),
  );
  expect(misused).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ event: 'message:send', code: 'malformed' }),
  );
});
