import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ConversationView } from '../../src/contract/conversations.ts';
import { done, next, startApp, until, type Answer, type TestUser } from '../support/app.ts';
import { numbers } from '../support/node.ts';

interface ConversationPage {
  readonly items: ConversationView[];
  readonly nextCursor: string | null;
}

const create = async (user: TestUser, name: string, more: object = {}) =>
  (await user.post('/conversations', { type: 'group', name, ...more })).body as ConversationView;

it('S11 F18 opens one direct conversation, however many ask from both ends', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register('anna'), await app.register('bert')];
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      index % 2
        ? anna.put(`/conversations/direct/${bert.id}`)
        : bert.put(`/conversations/direct/${anna.id}`),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const mine = (await anna.get('/conversations')).body.items;
  expect(mine).toMatchObject([{ type: 'direct', otherUser: { username: 'bert' }, memberCount: 2 }]);
  expect((await bert.get('/conversations')).body.items).toMatchObject([
    { otherUser: { username: 'anna' } },
  ]);
  expect((await anna.put(`/conversations/direct/${anna.id}`)).status).toBe(422);
  expect((await anna.put(`/conversations/direct/${'0'.repeat(24)}`)).status).toBe(404);
});

it('creates a group with its first members, who hear of it', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register('anna'), await app.register('bert')];
  const socket = await bert.connect();
  const created = next(socket, 'conversation:created');
  const group = await create(anna, 'Team', { members: [bert.id, bert.id, anna.id] });
  expect(group).toMatchObject({ role: 'owner', memberCount: 2, unread: 0, lastMessage: null });
  expect(await created).toMatchObject({ id: group.id, name: 'Team' });
  const missing = await anna.post('/conversations', {
    type: 'group',
    name: 'x',
    members: [bert.id, '0'.repeat(24)],
  });
  expect([missing.status, missing.body.errors[0].pointer]).toEqual([422, '/members/1']);
});

it('a new name and a new role are heard by all members', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [member, other] = others as [TestUser, TestUser];
  const at = `/conversations/${conversationId}`;
  const socket = await other.connect();
  const renamed = next(socket, 'conversation:updated');
  const answer = await owner.patch(at, { name: 'Renamed', visibility: 'public' });
  expect([answer.status, answer.body]).toMatchObject([200, { name: 'Renamed', role: 'owner' }]);
  expect(await renamed).toMatchObject({ name: 'Renamed', visibility: 'public' });

  const promoted = next(socket, 'member:updated');
  await owner.patch(`${at}/members/${member.id}`, { role: 'admin' });
  expect(await promoted).toMatchObject({ user: { id: member.id }, role: 'admin' });
});

it('S10 a plain member cannot rename, promote or remove; the last owner cannot leave', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [member, other] = others as [TestUser, TestUser];
  const at = `/conversations/${conversationId}`;
  const statuses = await Promise.all([
    member.patch(at, { name: 'Mine' }),
    member.patch(`${at}/members/${member.id}`, { role: 'admin' }),
    member.put(`${at}/members/${(await app.register()).id}`),
    member.delete(`${at}/members/${other.id}`),
    member.delete(at),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  const leave = await owner.post(`${at}/leave`);
  expect([leave.status, leave.body.code]).toEqual([409, 'last-owner']);
  expect((await owner.patch(`${at}/members/${owner.id}`, { role: 'member' })).body.code).toBe(
    'last-owner',
  );
  expect((await owner.patch(`${at}/members/${member.id}`, { role: 'owner' })).status).toBe(200);
  expect((await owner.post(`${at}/leave`)).status).toBe(204);
  expect((await member.get(at)).body).toMatchObject({ role: 'owner', memberCount: 2 });
});

it('an admin removes members but neither admins nor owners, and makes no admins', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(4);
  const [admin, second, member] = others as [TestUser, TestUser, TestUser];
  const at = `/conversations/${conversationId}/members`;
  for (const user of [admin, second]) await owner.patch(`${at}/${user.id}`, { role: 'admin' });
  expect((await admin.delete(`${at}/${second.id}`)).status).toBe(403);
  expect((await admin.delete(`${at}/${owner.id}`)).status).toBe(403);
  expect((await admin.patch(`${at}/${member.id}`, { role: 'admin' })).status).toBe(403);
  expect((await admin.put(`${at}/${(await app.register()).id}`, { role: 'admin' })).status).toBe(
    403,
  );
  expect((await admin.delete(`${at}/${member.id}`)).status).toBe(204);
  expect((await owner.delete(`${at}/${second.id}`)).status).toBe(204);
  expect((await owner.get(`/conversations/${conversationId}`)).body.memberCount).toBe(2);
});

it('C23 C24 whoever is removed neither sends nor hears anything from that moment', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const socket = await others[0]!.connect();
  const heard: string[] = [];
  const removed = next(socket, 'member:removed');
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  expect((await removed).user.id).toBe(others[0]!.id);
  socket.onAny((name: string) => heard.push(name));
  const command = { conversationId, id: randomUUID(), content: 'late' };
  const answer = await socket.emitWithAck('message:send', command);
  expect(answer).toMatchObject({ ok: false, error: { code: 'not-found' } });
  await owner.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'a',
  });
  await done(socket, 'conversation:heads', {});
  expect(heard).toEqual([]);
  expect((await owner.get(`/conversations/${conversationId}/messages`)).body.items).toHaveLength(1);
});

it('C24 after the answer to a removal nothing of the conversation arrives, whoever goes on writing', async () => {
  const app = await startApp();
  const { owner, others } = await app.group(2);
  const removed = others[0]!;
  const socket = await removed.connect();
  const heard = new Map<string, number>();
  socket.onAny((_name: string, { conversationId = '' }: { conversationId?: string }) =>
    heard.set(conversationId, (heard.get(conversationId) ?? 0) + 1),
  );
  const roundTrip = () => done(socket, 'conversation:heads', {});
  await Promise.all(
    numbers(10).map(async (number) => {
      const { id } = await create(owner, `Group ${number}`, { members: [removed.id] });
      const path = `/conversations/${id}`;
      let left = Infinity; // messages to write
      const writing = (async () => {
        for (; left > 0; left -= 1)
          await owner.post(`${path}/messages`, { id: randomUUID(), content: 'on' });
      })();
      await until(() => (heard.get(id) ?? 0) > 0);
      await owner.delete(`${path}/members/${removed.id}`);
      await roundTrip(); // what was on its way before has arrived
      const before = heard.get(id);
      left = 5;
      await writing;
      await roundTrip();
      expect([number, heard.get(id)]).toEqual([number, before]);
    }),
  );
});

it('whoever joins a public conversation reads it whole; a private one stays unknown', async () => {
  const app = await startApp();
  const anna = await app.register('anna');
  const bert = await app.register('bert');
  const open = await create(anna, 'Open', { visibility: 'public' });
  const closed = await create(anna, 'Closed');
  await anna.post(`/conversations/${open.id}/messages`, { id: randomUUID(), content: 'early' });

  expect((await bert.get(`/conversations/${open.id}`)).body).toMatchObject({
    role: null,
    lastMessage: null,
  });
  expect((await bert.get(`/conversations/${open.id}/messages`)).status).toBe(403);
  expect((await bert.get(`/conversations/${open.id}/members`)).status).toBe(403);
  expect((await bert.post(`/conversations/${closed.id}/join`)).status).toBe(404);
  const socket = await bert.connect();
  expect((await bert.post(`/conversations/${open.id}/join`)).body).toMatchObject({
    role: 'member',
    unread: 0,
  });
  expect((await bert.get(`/conversations/${open.id}/messages`)).body.items).toHaveLength(1);
  const heard = next(socket, 'message:created');
  await anna.post(`/conversations/${open.id}/messages`, { id: randomUUID(), content: 'late' });
  expect((await heard).seq).toBe(2);
  expect((await bert.post(`/conversations/${open.id}/leave`)).status).toBe(204);
  expect((await bert.get(`/conversations/${open.id}/messages`)).status).toBe(403);
  expect((await bert.post(`/conversations/${open.id}/leave`)).status).toBe(403);
});

it('in a channel owner and admins write, members read', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2, { type: 'channel' });
  const send = (user: TestUser) =>
    user.post(`/conversations/${conversationId}/messages`, { id: randomUUID(), content: 'x' });
  expect((await send(others[0]!)).status).toBe(403);
  expect((await send(owner)).status).toBe(201);
  await owner.patch(`/conversations/${conversationId}/members/${others[0]!.id}`, { role: 'admin' });
  expect((await send(others[0]!)).status).toBe(201);
});

it('a direct conversation has no name, no ranks, and nobody leaves it', async () => {
  const app = await startApp();
  const [anna, bert, carl] = [
    await app.register('anna'),
    await app.register('bert'),
    await app.register('carl'),
  ];
  const at = `/conversations/${(await anna.put(`/conversations/direct/${bert.id}`)).body.id}`;
  const statuses = await Promise.all([
    anna.patch(at, { name: 'Us' }),
    anna.delete(at),
    anna.put(`${at}/members/${carl.id}`),
    anna.delete(`${at}/members/${bert.id}`),
    anna.patch(`${at}/members/${bert.id}`, { role: 'admin' }),
    anna.post(`${at}/leave`),
    anna.post(`${at}/join`),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409, 409, 409]);
  expect((await carl.get(at)).status).toBe(404);
});

it('finds public conversations by the start of their names, page by page', async () => {
  const app = await startApp();
  const anna = await app.register('anna');
  for (const name of ['Chess', 'Cheese', 'Chemistry', 'Dance', 'Ch.*'])
    await create(anna, name, { visibility: 'public' });
  await create(anna, 'Chess in private');
  const names = async (query: string) => {
    const { body } = await anna.get(`/conversations/public?${query}`);
    return { names: body.items.map((row: ConversationView) => row.name), cursor: body.nextCursor };
  };
  expect((await names('prefix=Che')).names).toEqual(['Cheese', 'Chemistry', 'Chess']);
  expect((await names(`prefix=${encodeURIComponent('Ch.*')}`)).names).toEqual(['Ch.*']);
  const first = await names('limit=2');
  const second = await names(`limit=10&cursor=${first.cursor}`);
  expect([...first.names, ...second.names]).toEqual([
    'Ch.*',
    'Cheese',
    'Chemistry',
    'Chess',
    'Dance',
  ]);
  expect(second.cursor).toBeNull();
  expect((await anna.get('/conversations/public?cursor=nonsense')).status).toBe(422);
});

it('lists by the latest message, page by page, each conversation once', async () => {
  const app = await startApp();
  const anna = await app.register('anna');
  const rows: ConversationView[] = [];
  for (let index = 0; index < 7; index += 1) rows.push(await create(anna, `Group ${index}`));
  await anna.post(`/conversations/${rows[2]!.id}/messages`, {
    id: randomUUID(),
    content: 'latest',
  });
  const list = async () => {
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer<ConversationPage> = await anna.get(
        `/conversations?limit=3${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...page.body.items.map((row) => row.id));
      cursor = page.body.nextCursor;
    }
    return found;
  };
  await until(async () => (await list())[0] === rows[2]!.id);
  expect((await list()).toSorted()).toEqual(rows.map((row) => row.id).toSorted());
});

it('S32 counts unread in a number of queries that does not grow with the list', async () => {
  const app = await startApp();
  const { owner, others } = await app.group(2);
  const reader = others[0]!;
  const rows = await Promise.all(
    numbers(30).map((number) => create(owner, `Group ${number}`, { members: [reader.id] })),
  );
  const groups = rows.map((row) => row.id);
  for (const [index, id] of groups.entries())
    for (let number = 0; number < index % 4; number += 1)
      await owner.post(`/conversations/${id}/messages`, {
        id: randomUUID(),
        content: 'x',
      });

  const database = app.app.connection.db!;
  const queries = async (limit: number): Promise<number> => {
    await database.command({ profile: 2 });
    await reader.get(`/conversations?limit=${limit}`);
    await database.command({ profile: 0 });
    const profile = database.collection('system.profile');
    const count = await profile.countDocuments({
      // What the request reads, and not what goes on beside it.
      ns: /\.(memberships|conversations|messages|changes|users)$/,
      op: { $in: ['query', 'command'] },
    });
    await profile.drop();
    return count;
  };
  await queries(1); // so that the sign-in is known
  const few = await queries(5);
  expect(few).toBeGreaterThan(3);
  expect(await queries(31)).toBe(few);
  const items: ConversationView[] = (await reader.get('/conversations?limit=100')).body.items;
  for (const [index, id] of groups.entries())
    expect(items.find((row) => row.id === id)).toMatchObject({
      unread: index % 4,
      lastSeq: index % 4,
    });
});

it('an archived conversation is gone for everybody', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const socket = await others[0]!.connect();
  const deleted = next(socket, 'conversation:deleted');
  expect((await owner.delete(`/conversations/${conversationId}`)).status).toBe(204);
  expect((await deleted).archivedAt).not.toBeNull();
  expect((await owner.get(`/conversations/${conversationId}`)).status).toBe(404);
  expect((await owner.get('/conversations')).body.items).toEqual([]);
  expect((await others[0]!.get(`/conversations/${conversationId}/messages`)).status).toBe(404);
});

it('F18 a hundred joins of one user are one membership', async () => {
  const app = await startApp();
  const anna = await app.register('anna');
  const bert = await app.register('bert');
  const open = await create(anna, 'Open', { visibility: 'public' });
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => bert.post(`/conversations/${open.id}/join`)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await anna.get(`/conversations/${open.id}`)).body.memberCount).toBe(2);
  expect((await anna.get(`/conversations/${open.id}/members`)).body.items).toHaveLength(2);
});

it('C58 C62 a group is full at 256 members', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const { connection } = app.app;
  await connection.collection('conversations').updateOne({}, { $set: { memberCount: 256 } });
  const answer = await owner.put(
    `/conversations/${conversationId}/members/${(await app.register()).id}`,
  );
  expect([answer.status, answer.body.code]).toEqual([409, 'limit-reached']);
  expect((await connection.collection('conversations').findOne())?.['memberCount']).toBe(256);
});

it('C58 C62 a channel is full at 10,000 members', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1, { type: 'channel' });
  const conversations = app.app.connection.collection('conversations');
  const put = async () =>
    owner.put(`/conversations/${conversationId}/members/${(await app.register()).id}`);
  await conversations.updateOne({}, { $set: { memberCount: 9_999 } });
  expect((await put()).status).toBe(201);
  const answer = await put();
  expect([answer.status, answer.body.code]).toEqual([409, 'limit-reached']);
  expect((await conversations.findOne())?.['memberCount']).toBe(10_000);
});
