import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { StoredMessage } from '../../src/models/message.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { passwordOf } from '../support/accounts.ts';
import { startApp, until, type TestApp } from '../support/app.ts';
import { numbers, toStored } from '../support/node.ts';

/** Waits until the jobs are done; that they are done a second time, later, is another test's. */
const finished = (app: TestApp): Promise<void> =>
  until(async () => {
    const jobs = app.app.connection.collection('jobs');
    return (await jobs.countDocuments({ isSecond: { $ne: true } })) === 0;
  });

it('S39 C70 erases an account: signed out, unnamed, and nothing it wrote is left', async () => {
  const app = await startApp();
  const [anna, bert, carl] = [
    await app.register('anna'),
    await app.register('bert'),
    await app.register('carl'),
  ];
  const group = (
    await anna.post('/conversations', { type: 'group', name: 'Team', members: [bert.id, carl.id] })
  ).body.id;
  const direct = (await anna.put(`/conversations/direct/${bert.id}`)).body.id;
  const left = (
    await bert.post('/conversations', { type: 'group', name: 'Left', members: [anna.id] })
  ).body.id;
  for (const [index, id] of [group, direct, left, group].entries())
    await anna.post(`/conversations/${id}/messages`, {
      id: randomUUID(),
      content: `canary of anna ${index}`,
    });
  await bert.post(`/conversations/${group}/messages`, { id: randomUUID(), content: 'of bert' });
  await anna.post(`/conversations/${left}/leave`);
  await anna.patch('/users/me', { displayName: 'Canary Anna' });
  const socket = await anna.connect();
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));

  expect((await anna.delete('/users/me', { password: 'not the password' })).status).toBe(401);
  expect((await anna.delete('/users/me', { password: passwordOf('anna') })).status).toBe(204);
  await closed;
  await finished(app);

  expect((await anna.get('/users/me')).status).toBe(401);
  const login = { login: 'anna', password: passwordOf('anna') };
  expect((await app.call('POST', '/auth/login', { body: login })).status).toBe(401);
  const again = { username: 'anna', email: 'new@example.com', password: 'a quite new password' };
  expect((await app.call('POST', '/auth/register', { body: again })).body.code).toBe(
    'username-taken',
  );
  expect((await bert.get('/users?prefix=ann')).body.items).toEqual([]);
  expect((await bert.get(`/users/${anna.id}`)).body.displayName).toBe('Deleted user');

  const page = (await bert.get(`/conversations/${group}/messages`)).body.items;
  expect(page.map(({ seq, content }: { seq: number; content: string }) => [seq, content])).toEqual([
    [1, null],
    [2, null],
    [3, 'of bert'],
  ]);
  const { connection } = app.app;
  const dump: unknown[] = [];
  for (const { name } of await connection.listCollections())
    dump.push(await connection.collection(name).find().toArray());
  expect(JSON.stringify(dump)).not.toMatch(/canary of|Canary Anna|anna@example\.com/);
  // Who was there longest owns what she owned.
  const members = (await bert.get(`/conversations/${group}/members`)).body.items;
  expect(members).toMatchObject([{ user: { id: bert.id }, role: 'owner' }, { role: 'member' }]);
});

it('a job that a node left unfinished is finished by another one', async () => {
  const first = await startApp();
  const anna = await first.register('anna');
  const group = (await anna.post('/conversations', { type: 'group', name: 'A' })).body.id;
  await anna.post(`/conversations/${group}/messages`, { id: randomUUID(), content: 'canary' });
  const { connection } = first.app;
  const { ObjectId } = connection.base.Types;
  await connection.collection('jobs').insertOne({
    kind: 'erase-account',
    subject: new ObjectId(anna.id),
    leaseUntil: new Date(Date.now() - 1_000), // the node that had it is gone
    timestamp: new Date(),
  });
  await startApp({ MONGODB_URI: first.variables['MONGODB_URI']! });
  await finished(first);
  expect(JSON.stringify(await connection.collection('messages').find().toArray())).not.toContain(
    'canary',
  );
});

it('C70 an account that asks to be erased with a decomposed password is understood', async () => {
  const app = await startApp();
  const words = 'caf\u00e9 and many other words';
  const body = { username: 'anna', email: 'anna@example.com', password: words };
  const anna = app.adopt((await app.call('POST', '/auth/register', { body })).body);
  const typed = words.normalize('NFD');
  expect((await anna.delete('/users/me', { password: typed })).status).toBe(204);
});

it('C17 the end of an account closes its sockets before it is answered for', async () => {
  const app = await startApp();
  const user = await app.register('anna');
  const socket = await user.connect();
  const { id = '' } = socket;
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  const body = { password: passwordOf('anna') };
  expect((await user.delete('/users/me', body)).status).toBe(204);
  expect(app.app.io.of('/').sockets.has(id)).toBe(false);
  await closed;
  const { refreshToken } = user.session;
  expect((await app.call('POST', '/auth/refresh', { body: { refreshToken } })).status).toBe(401);
});

it('C68 the end of an account is an event with a name', async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const app = await startApp({}, { log: createLogger({ LOG_LEVEL: 'info' }, { write }) });
  const user = await app.register('anna');
  await user.delete('/users/me', { password: passwordOf('anna') });
  const events = lines.map((line) => JSON.parse(line)).filter(({ event }) => event !== undefined);
  expect(events).toMatchObject([{ event: 'user_deleted', user: user.id }]);
});

it('C120 an old password that was looked at before the new one erases no account', async () => {
  const app = await startApp();
  const user = await app.register('anna');
  const login = { login: 'anna', password: passwordOf('anna') };
  const other = app.adopt((await app.call('POST', '/auth/login', { body: login })).body);
  const answers = await Promise.all([
    user.post('/auth/password', {
      currentPassword: passwordOf('anna'),
      newPassword: 'a quite new password 1',
    }),
    other.delete('/users/me', { password: passwordOf('anna') }),
  ]);
  const [changed, erased] = answers.map(({ status }) => status);
  expect([
    [204, 401],
    [401, 204],
  ]).toContainEqual([changed, erased]);
  const row = await app.app.connection.collection('users').findOne();
  expect(row?.['status']).toBe(erased === 204 ? 'erased' : 'active');
});

it('C121 wrong passwords at the end of an account count like those at a new one', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register('anna');
  const answers: number[] = [];
  for (const password of ['one', 'two', 'three'].map((word) => `not the password ${word}`))
    answers.push((await user.delete('/users/me', { password })).status);
  const newPassword = 'a quite new password 1';
  for (const currentPassword of ['one', 'two', 'three'])
    answers.push((await user.post('/auth/password', { currentPassword, newPassword })).status);
  expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
});

it('exports what is stored about a user, messages page by page', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await owner.put(`/users/${others[0]!.id}/block`);
  await owner.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'mine',
  });
  await others[0]!.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'theirs',
  });
  await app.app.connection
    .collection<StoredMessage>('messages')
    .insertMany(
      numbers(700, 3).map((seq) =>
        toStored({ conversationId, seq, sender: owner.id, content: `seeded-${seq}` }),
      ),
    );
  const first = (await owner.get('/users/me/export')).body;
  expect(first).toMatchObject({
    user: { id: owner.id, email: owner.email },
    devices: [{ id: owner.session.deviceId }],
    blocked: [others[0]!.id],
    conversations: [{ id: conversationId, leftAt: null }],
  });
  const second = (await owner.get(`/users/me/export?cursor=${first.nextCursor}`)).body;
  expect([first.messages.length, second.messages.length, second.nextCursor]).toEqual([
    500,
    201,
    null,
  ]);
  const contents = [...first.messages, ...second.messages].map(({ content }) => content);
  expect(new Set(contents).size).toBe(701);
  expect(contents).not.toContain('theirs');
  expect((await owner.get('/users/me/export?cursor=nonsense')).status).toBe(422);
});
