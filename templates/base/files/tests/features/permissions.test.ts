import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import type { MemberView } from '../../src/contract/conversations.ts';
import { done, next, refused, startApp, type TestApp, type TestUser } from '../support/app.ts';
import { holdRateLimits } from '../support/timers.ts';
import { watchRights } from '../support/watched-rights.ts';

const draft = (content = 'hello') => ({ id: randomUUID(), content });

async function direct(app: TestApp) {
  const [anna, bert] = (await app.registerMany(2)) as [TestUser, TestUser];
  const { id } = (await anna.put(`/conversations/direct/${bert.id}`)).body;
  return { anna, bert, conversationId: id as string, messages: `/conversations/${id}/messages` };
}

const said = ({ status, body }: { status: number; body: any }) => [status, body?.code ?? 'done'];

it('C23 whoever is blocked neither sends nor edits, and deletes what they wrote', async () => {
  const app = await startApp();
  const { anna, bert, conversationId, messages } = await direct(app);
  const first = (await bert.post(messages, draft())).body.message;
  const second = (await bert.post(messages, draft())).body.message;
  const [hers, his] = [await anna.connect(), await bert.connect()];
  const heard: string[] = [];
  hers.on('message:updated', ({ content }) => heard.push(content ?? ''));

  await anna.put(`/users/${bert.id}/block`);
  expect(said(await bert.post(messages, draft()))).toEqual([403, 'blocked']);
  expect(said(await bert.patch(`${messages}/${first.id}`, { content: 'again' }))).toEqual([
    403,
    'blocked',
  ]);
  const place = { conversationId, messageId: first.id };
  expect((await refused(his, 'message:edit', { ...place, content: 'again' })).code).toBe('blocked');
  expect((await bert.delete(`${messages}/${first.id}`)).status).toBe(204);
  await done(his, 'message:delete', { ...place, messageId: second.id });
  await done(hers, 'conversation:heads', {});
  expect(heard).toEqual([]);

  const third = (await anna.get(messages)).body.items;
  expect(third.map(({ content }: { content: string | null }) => content)).toEqual([null, null]);
});

it('C23 whoever may no longer write in a channel does not edit there', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2, { type: 'channel' });
  const [admin] = others as [TestUser];
  const at = `/conversations/${conversationId}`;
  await owner.patch(`${at}/members/${admin.id}`, { role: 'admin' });
  const { message } = (await admin.post(`${at}/messages`, draft())).body;
  const edit = () => admin.patch(`${at}/messages/${message.id}`, { content: 'again' });
  expect((await edit()).status).toBe(200);
  await owner.patch(`${at}/members/${admin.id}`, { role: 'member' });
  expect(said(await edit())).toEqual([403, 'forbidden']);
  expect((await admin.delete(`${at}/messages/${message.id}`)).status).toBe(204);
});

it('S108 a block either way refuses to add, to create with and to bring back, in the same words', async () => {
  const app = await startApp();
  const users = await app.registerMany(3);
  const [anna, bert, carl] = users as [TestUser, TestUser, TestUser];
  const group = { type: 'group', name: 'A group', members: [bert.id] };
  const { id } = (await anna.post('/conversations', group)).body;
  const member = `/conversations/${id}/members`;
  await bert.post(`/conversations/${id}/leave`);
  await bert.put(`/users/${anna.id}/block`); // who left
  await anna.put(`/users/${carl.id}/block`); // who asks
  const answers = [
    await anna.put(`${member}/${bert.id}`),
    await anna.put(`${member}/${carl.id}`),
    await anna.post('/conversations', group),
    await anna.post('/conversations', { ...group, type: 'channel', members: [carl.id] }),
  ];
  const own = { instance: '', requestId: '' }; // of each answer
  const words = answers.map(({ body }) => ({ ...body, ...own }));
  expect(words).toEqual(words.map(() => words[0]));
  expect(words[0]).toMatchObject({ status: 403, code: 'blocked' });
  expect((await bert.get('/conversations')).body.items).toEqual([]);

  await bert.delete(`/users/${anna.id}/block`);
  expect((await anna.put(`${member}/${bert.id}`)).status).toBe(201);
  await bert.put(`/users/${anna.id}/block`);
  expect((await anna.put(`${member}/${bert.id}`)).status).toBe(200); // is there already
});

it('S108 a block that whoever adds sets meanwhile refuses to add', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const other = await app.register();
  const { collection } = app.app.connection.model('User');
  const updateMany = collection.updateMany.bind(collection);
  // What adds has its snapshot already.
  vi.spyOn(collection, 'updateMany').mockImplementationOnce(async (...args) => {
    expect((await owner.put(`/users/${other.id}/block`)).status).toBe(204);
    return updateMany(...args);
  });
  const answer = await owner.put(`/conversations/${conversationId}/members/${other.id}`);
  expect(said(answer)).toEqual([403, 'blocked']);
  expect((await other.get('/conversations')).body.items).toEqual([]);
});

it('S33 somebody with a block sees nothing of the reading of the other in a group', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [bert, carl] = others as [TestUser, TestUser];
  const at = `/conversations/${conversationId}`;
  await owner.post(`${at}/messages`, draft());
  await owner.put(`/users/${bert.id}/block`);
  const readOf = async (viewer: TestUser, of: TestUser) => {
    const { items } = (await viewer.get(`${at}/members`)).body as { items: MemberView[] };
    return items.find(({ user }) => user.id === of.id)?.lastReadSeq;
  };
  await app.app.connection
    .collection('memberships')
    .updateMany({}, { $set: { lastReadSeq: 1, lastDeliveredSeq: 1 } });
  expect([await readOf(bert, owner), await readOf(owner, bert)]).toEqual([0, 0]);
  expect([await readOf(carl, owner), await readOf(bert, bert)]).toEqual([1, 1]);

  const [his, hers, theirs] = [await bert.connect(), await owner.connect(), await carl.connect()];
  const updated = [his, hers, theirs].map((socket) => next(socket, 'member:updated'));
  const answer = await owner.patch(`${at}/members/${bert.id}`, { role: 'admin' });
  expect(answer.body).toMatchObject({ role: 'admin', lastReadSeq: 0 });
  expect((await Promise.all(updated)).map((view) => view.lastReadSeq)).toEqual([1, 0, 1]);
});

it('an owner of a public group who left comes back as a plain member', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2, { visibility: 'public' });
  const at = `/conversations/${conversationId}`;
  await owner.patch(`${at}/members/${others[0]!.id}`, { role: 'owner' });
  expect((await owner.post(`${at}/leave`)).status).toBe(204);
  expect((await owner.post(`${at}/join`)).body).toMatchObject({ role: 'member' });
});

it('nothing is told when nothing has changed', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const at = `/conversations/${conversationId}`;
  const socket = await others[0]!.connect();
  const heard: string[] = [];
  socket.onAny((name: string) => heard.push(name));
  const member = `${at}/members/${others[0]!.id}`;
  expect((await owner.patch(member, { role: 'member' })).body).toMatchObject({ role: 'member' });
  expect((await owner.patch(at, { name: 'A group', visibility: 'private' })).status).toBe(200);
  expect((await owner.put(member)).status).toBe(200);
  await done(socket, 'conversation:heads', {});
  expect(heard).toEqual([]);
  await owner.patch(member, { role: 'admin' });
  await owner.patch(at, { name: 'Another name' });
  await done(socket, 'conversation:heads', {});
  expect(heard).toEqual(['member:updated', 'conversation:updated']);
});

it('a hundred changes of roles at once, at two nodes, are all done or unavailable', async () => {
  const one = await startApp();
  const two = await startApp(one.variables);
  const { conversationId, owner, others } = await one.group(4);
  const statuses = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const { id } = others[index % 3]!;
      const answer = await (index % 2 ? one : two).call(
        'PATCH',
        `/conversations/${conversationId}/members/${id}`,
        { token: owner.token, body: { role: index % 4 < 2 ? 'admin' : 'member' } },
      );
      return answer.status;
    }),
  );
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(statuses).toContain(200);
});

it('a block forgets what was known of the two, and of nobody else', async () => {
  const app = await startApp();
  const { anna, bert, messages } = await direct(app);
  const { conversationId, owner } = await app.group(1);
  const send = () => owner.post(`/conversations/${conversationId}/messages`, draft());
  holdRateLimits(); // what is known does not age
  await send();
  await bert.post(messages, draft());
  const asked = watchRights(app);
  await anna.put(`/users/${bert.id}/block`);
  await send();
  expect(asked).toEqual([]);
  expect((await bert.post(messages, draft())).body.code).toBe('blocked');
  await anna.delete(`/users/${bert.id}/block`);
  expect((await bert.post(messages, draft())).status).toBe(201);
  expect(asked).toHaveLength(2);
});

it('C58 strangers are put into conversations of any type no faster than direct ones are opened', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const max = limits.rate.newDirectPerHour;
  const [owner, friend, ...strangers] = await app.registerMany(max + 4);
  const invite = (user: TestUser, type: string, members: readonly TestUser[]) =>
    user.post('/conversations', { type, name: 'x', members: members.map(({ id }) => id) });
  const many = await invite(owner!, 'group', strangers.slice(0, max + 1));
  expect([many.status, many.body.code]).toEqual([409, 'limit-reached']);
  const { id } = (await invite(friend!, 'group', [owner!])).body;
  expect((await invite(owner!, 'channel', strangers.slice(0, max - 1))).status).toBe(201);
  const channel = (await invite(owner!, 'channel', [])).body.id;
  const add = (user: TestUser) => owner!.put(`/conversations/${channel}/members/${user.id}`);
  expect((await add(strangers[max]!)).status).toBe(201);
  expect(said(await add(strangers[max + 1]!))).toEqual([429, 'rate-limited']);
  expect((await owner!.put(`/conversations/direct/${strangers[0]!.id}`)).status).toBe(429);
  // Whom one shares a private conversation with is no stranger.
  expect((await add(friend!)).status).toBe(201);
  expect((await add(strangers[0]!)).status).toBe(201);
  expect(id).toBeDefined();
});
