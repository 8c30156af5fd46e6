import { pino } from 'pino';
import { expect, it } from 'vitest';
import { newId } from '../src/backend/shared/ids.ts';
import { createJobs } from '../src/backend/shared/jobs.ts';
import { limits } from '../src/configs/limits.ts';
import { createModels } from '../src/models/index.ts';
import { done, startApp, until, type TestApp } from './support/app.ts';
import { onTestFinished } from './support/finish.ts';

const password = (username: string): string => `${username} likes long words`;

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
      clientMessageId: `canary-${index}`,
      content: `canary of anna ${index}`,
    });
  await bert.post(`/conversations/${group}/messages`, { clientMessageId: 'b', content: 'of bert' });
  await anna.post(`/conversations/${left}/leave`);
  await anna.patch('/users/me', { displayName: 'Canary Anna' });
  const socket = await anna.connect();
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));

  expect((await anna.delete('/users/me', { password: 'not the password' })).status).toBe(401);
  expect((await anna.delete('/users/me', { password: password('anna') })).status).toBe(204);
  await closed;
  await finished(app);

  expect((await anna.get('/users/me')).status).toBe(401);
  const login = { login: 'anna', password: password('anna') };
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
  await anna.post(`/conversations/${group}/messages`, { clientMessageId: 'a', content: 'canary' });
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

/** The jobs of a node whose clock the test moves. */
async function createNode() {
  const app = await startApp();
  const { connection } = app.app;
  let now = Date.now();
  const jobs = createJobs({
    models: createModels(connection),
    clock: { now: () => new Date(now) },
    log: pino({ level: 'silent' }),
  });
  onTestFinished(jobs.stop);
  const rows = () => connection.collection('jobs').find().toArray();
  return {
    jobs,
    rows,
    /** Lets time pass, and has the node look for work, until a condition holds. */
    async later(ms: number, condition: () => boolean | Promise<boolean>): Promise<void> {
      now += ms;
      await until(async () => {
        await jobs.add('nothing', newId().toHexString(), async () => {});
        return condition();
      });
    },
  };
}

it('a job does what every part added to it, in order, and all of it again when one fails', async () => {
  const { jobs, later } = await createNode();
  const subject = newId().toHexString();
  const calls: string[] = [];
  jobs.handle('clear', async (id) => calls.push(`core ${id}`));
  jobs.handle('clear', async (id) => {
    if (calls.push(`feature ${id}`) === 2) throw new Error('not now');
  });
  await jobs.add('clear', subject, async () => {});
  await until(() => calls.length === 2);
  await later(600_000, () => calls.length === 4); // the lease of the failed try has ended
  expect(calls).toEqual([1, 2].flatMap(() => [`core ${subject}`, `feature ${subject}`]));
});

it('C70 a job is done a second time, when every write that was under way at the first has ended', async () => {
  const { jobs, rows, later } = await createNode();
  const subject = newId().toHexString();
  let runs = 0;
  jobs.handle('clear', async () => void (runs += 1));
  const row = async () => (await rows()).find(({ kind }) => kind === 'clear');
  await jobs.add('clear', subject, async () => {});
  await until(async () => (await row())?.['isSecond'] === true);
  await jobs.add('clear', subject, async () => {}); // it is stored already
  await later(limits.database.socketTimeoutMs - 1, () => true);
  expect(runs).toBe(1);
  await later(2, async () => (await row()) === undefined);
  expect(runs).toBe(2);
});

it('C70 a job is stored with the change that makes it due, or neither is', async () => {
  const app = await startApp();
  const { connection } = app.app;
  const { jobs, rows } = await createNode();
  const subject = newId().toHexString();
  const change = (error?: Error) =>
    jobs.add('clear', subject, async (session) => {
      await connection.collection('users').findOne({}, {});
      if (error) throw error;
      return session.inTransaction();
    });
  await expect(change(new Error('not now'))).rejects.toThrow('not now');
  expect(await rows()).toEqual([]);
  expect(await change()).toBe(true);
  expect(await change()).toBeUndefined();
  expect(await rows()).toHaveLength(1);
});

it('C70 an account that asks to be erased with a decomposed password is understood', async () => {
  const app = await startApp();
  const words = 'caf\u00e9 and many other words';
  const body = { username: 'anna', email: 'anna@example.com', password: words };
  const anna = app.adopt((await app.call('POST', '/auth/register', { body })).body);
  const typed = words.normalize('NFD');
  expect((await anna.delete('/users/me', { password: typed })).status).toBe(204);
});

it('an archived conversation loses its content and its members', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const path = `/conversations/${conversationId}/messages`;
  await owner.post(path, { clientMessageId: 'a', content: 'canary' });
  await owner.delete(`/conversations/${conversationId}`);
  await finished(app);
  const rows = await app.app.connection.collection('messages').find().toArray();
  expect(rows).toMatchObject([{ seq: 1, content: null }]);
  const socket = await owner.connect();
  expect(await done(socket, 'conversation:heads', {})).toMatchObject({ heads: [] });
});

it('exports what is stored about a user, messages page by page', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await owner.put(`/users/${others[0]!.id}/block`);
  await owner.post(`/conversations/${conversationId}/messages`, {
    clientMessageId: 'first',
    content: 'mine',
  });
  await others[0]!.post(`/conversations/${conversationId}/messages`, {
    clientMessageId: 'x',
    content: 'theirs',
  });
  const { ObjectId } = app.app.connection.base.Types;
  await app.app.connection.collection('messages').insertMany(
    Array.from({ length: 700 }, (_, index) => ({
      conversation: new ObjectId(conversationId),
      seq: index + 3,
      sender: new ObjectId(owner.id),
      clientMessageId: `seeded-${index}`,
      content: `message ${index}`,
      timestamp: new Date(),
      rev: 0,
      editedAt: null,
      deletedAt: null,
    })),
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
