import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { expect, it, vi } from 'vitest';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { passwordOf } from '../support/accounts.ts';
import { done, refused, startApp, sharedVariables, until, type Answer } from '../support/app.ts';
import { placeOf, stage } from '../support/places.ts';
import { askFor, readUses, routeOf } from '../support/uses.ts';

/** A backend whose log the test reads, at the level that says most. */
async function startLogged(changes: Record<string, string> = {}) {
  const variables = sharedVariables({ LOG_LEVEL: 'trace', ...changes });
  const lines: string[] = [];
  const log = createLogger(parseEnvironment(variables), {
    write: (line) => void lines.push(line),
  });
  return { app: await startApp(variables, { log }), lines };
}

it('C67 no use of any route or command leaves a secret, an address or a text in the log', async () => {
  const { app, lines } = await startLogged();
  const secrets = new Set<string>(['@example.com', 'password of many', 'said-', 'hello', 'better']);
  const uses = await readUses();
  const people = await app.registerMany(uses.length);
  const stages = await stage(
    app,
    uses.map(() => ({ kind: 'group', by: 'owner' })),
  );
  for (const [index, use] of uses.entries()) {
    const { place, user: owner } = stages[index]!;
    const user = 'group' in use.answers ? owner : people[index]!;
    const asker = placeOf(user, '', user.session.deviceId).asker;
    const socket = routeOf(use) === undefined ? await user.connect() : undefined;
    const by = { token: user.token, ...(socket && { socket }) };
    await askFor(app, use, use.input({ ...place, asker }), by);
    const wrong = { password: asker.password, content: 'hello' };
    const isRead = routeOf(use)?.method === 'get';
    await askFor(app, use, isRead ? { query: wrong } : { body: wrong }, by);
    for (const secret of [asker.accessToken, asker.refreshToken, asker.password])
      secrets.add(secret);
  }
  expect(lines.length).toBeGreaterThan(uses.length);
  const text = lines.join('');
  expect([...secrets].filter((secret) => text.includes(secret))).toEqual([]);
  // A field that the log does not show says nothing to anybody.
  expect(lines.filter((line) => line.includes('[redacted]'))).toEqual([]);
});

it('C68 each thing that happens to an account or a right is an event with a name', async () => {
  const { app, lines } = await startLogged({ RATE_LIMIT_FACTOR: '1' });
  const heard = async (event: string, act: () => Promise<unknown>): Promise<void> => {
    const before = lines.length;
    await act();
    await until(() => lines.slice(before).some((line) => JSON.parse(line).event === event));
  };
  const isRefused = async (request: Promise<Answer>): Promise<void> =>
    expect((await request).status).toBeGreaterThanOrEqual(400);
  const { owner, others } = await app.group(2);
  const member = others[0]!;
  const login = (name: string, password: string) =>
    app.call('POST', '/auth/login', { body: { login: name, password } });
  const passwords = {
    currentPassword: passwordOf(owner.username),
    newPassword: 'another password of many words',
  };
  const refresh = (refreshToken: string) =>
    app.call('POST', '/auth/refresh', { body: { refreshToken } });

  await heard('user_created', () =>
    app.call('POST', '/auth/register', {
      body: {
        username: 'anna',
        email: 'anna@example.com',
        password: 'a password of many words',
      },
    }),
  );
  await heard('authn_login_success', () => login('anna', 'a password of many words'));
  await heard('authn_login_fail', () => isRefused(login('anna', 'not the password at all')));
  await heard('authn_password_check_fail', () =>
    isRefused(
      owner.post('/auth/password', { ...passwords, currentPassword: 'not the password at all' }),
    ),
  );
  await heard('authn_password_change', () => owner.post('/auth/password', passwords));
  await heard('authn_fail', () => isRefused(app.call('GET', '/users/me', { token: 'nonsense' })));
  await heard('authn_token_reuse', async () => {
    const { refreshToken } = member.session;
    const second = (await refresh(refreshToken)).body.refreshToken;
    await refresh(second);
    await isRefused(refresh(refreshToken));
  });
  const { conversationId, others: members } = await app.group(2);
  const another = members[0]!;
  await heard('authz_fail', () => isRefused(another.delete(`/conversations/${conversationId}`)));
  await heard('input_validation_fail', () =>
    isRefused(another.get('/users/x\r\n{"event":"forged"}')),
  );
  await heard('excess_rate_limit_exceeded', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 30; count += 1)
      statuses.push((await another.get('/users?prefix=abc')).status);
    expect(statuses).toContain(429);
  });
  // A line is one JSON text, whatever a client puts into it.
  for (const line of lines) expect(line.trimEnd().split('\n')).toHaveLength(1);
  expect(lines.some((line) => JSON.parse(line).event === 'forged')).toBe(false);
});

it('a change that may not be stored is logged as that, whatever way it came', async () => {
  const { app, lines } = await startLogged({ LOG_LEVEL: 'warn' });
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const draft = { id: randomUUID(), content: 'hello' };
  const { message } = await done(socket, 'message:send', { conversationId, ...draft });
  const { connection } = app.app;
  const startSession = connection.startSession.bind(connection);
  vi.spyOn(connection, 'startSession').mockImplementation(async () =>
    Object.assign(await startSession(), {
      // As when most of the replica set does not confirm it in time.
      commitTransaction: async () => {
        const labels = { errorLabels: ['UnknownTransactionCommitResult'] };
        throw new mongoose.mongo.MongoServerError({ message: 'timed out', code: 64, ...labels });
      },
    }),
  );
  const edit = { conversationId, messageId: message.id, content: 'better' };
  const path = `/conversations/${conversationId}/messages/${message.id}`;
  expect((await refused(socket, 'message:edit', edit)).code).toBe('unavailable');
  expect((await owner.patch(path, { content: 'better' })).body.code).toBe('unavailable');

  const told = lines.map((line) => JSON.parse(line)).filter(({ err }) => err !== undefined);
  const err = expect.objectContaining({ code: 64 }) as object;
  const line = { level: 'warn', msg: 'a change may not be stored', userId: owner.id, err };
  expect(told).toEqual([
    expect.objectContaining({ ...line, socketId: socket.id }),
    expect.objectContaining({ ...line, requestId: expect.any(String) as string }),
  ]);
});
