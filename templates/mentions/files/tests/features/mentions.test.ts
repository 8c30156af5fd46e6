import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { shouldAlert } from '../../client/mentions.ts';
import type { ConversationView } from '../../src/contract/conversations.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { done, next, startApp, type TestApp, type TestUser } from '../support/app.ts';
import { message } from '../support/client.ts';
import { numbers } from '../support/node.ts';
import { queriesOf } from '../support/queries.ts';

interface Sent {
  readonly id?: string;
  readonly mentions?: readonly string[];
  readonly mentionAll?: 'all' | 'here';
  readonly silent?: true;
}

const pathOf = ({ conversationId, id }: MessageView): string =>
  `/conversations/${conversationId}/messages/${id}`;
const send = (user: TestUser, conversationId: string, sent: Sent) =>
  user.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'hello',
    ...sent,
  });
const mention = async (user: TestUser, conversationId: string, sent: Sent): Promise<MessageView> =>
  (await send(user, conversationId, sent)).body.message;
const rowOf = async (user: TestUser, conversationId: string): Promise<ConversationView> =>
  (await user.get(`/conversations/${conversationId}`)).body;
const unreadOf = async (user: TestUser, conversationId: string): Promise<number> =>
  (await rowOf(user, conversationId)).unreadMentions ?? 0;
const resize = (app: TestApp, memberCount: number) =>
  app.app.connection.collection('conversations').updateMany({}, { $set: { memberCount } });

it('S53 C83 members alone are named, and the answer is the same for whoever is none', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [member, former] = others as [TestUser, TestUser];
  const stranger = await app.register();
  await former.post(`/conversations/${conversationId}/leave`);
  const unreal = newId().toHexString();
  const heard: unknown[] = [];
  const theirs = [await stranger.connect(), await former.connect()];
  for (const socket of theirs) socket.onAny((name: string) => void heard.push(name));

  const named = [stranger.id, member.id, former.id, owner.id, unreal, member.id];
  expect(await mention(owner, conversationId, { mentions: named })).toMatchObject({
    mentions: [member.id],
  });
  const answers = await Promise.all(
    [stranger.id, former.id, owner.id, unreal].map((id) =>
      send(owner, conversationId, { mentions: [id] }),
    ),
  );
  const seen = answers.map(({ status, body }) => {
    const { id: _id, seq: _seq, timestamp: _timestamp, ...rest } = body.message;
    return JSON.stringify([status, body.duplicate, rest]);
  });
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).not.toContain('mentions');
  for (const socket of theirs) await done(socket, 'conversation:heads', {});
  expect(heard).toEqual([]);
});

it('S53 who is no member of a public conversation is left out like anybody else', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3, { visibility: 'public' });
  const [member, former] = others as [TestUser, TestUser];
  const stranger = await app.register();
  await former.post(`/conversations/${conversationId}/leave`);
  const mentions = [stranger.id, former.id, member.id, newId().toHexString()];
  const { status, body } = await send(owner, conversationId, { mentions });
  expect([status, body.message?.mentions]).toEqual([201, [member.id]]);
  const { status: edited } = await owner.patch(pathOf(body.message), { content: 'hi', mentions });
  expect(edited).toBe(200);
});

// How long answers take says as little: the database is asked the same. Times are a matter of the machine.
it('C83 a send asks the database the same, whoever is named', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await others[0]!.post(`/conversations/${conversationId}/leave`);
  const stranger = await app.register();
  await mention(owner, conversationId, { mentions: [stranger.id] }); // so that the right is known
  const asked: unknown[] = [];
  for (const id of [stranger.id, others[0]!.id, newId().toHexString()]) {
    const queries = await queriesOf(app, () => mention(owner, conversationId, { mentions: [id] }));
    asked.push(queries.map(({ ns, nreturned }) => [ns, nreturned]));
  }
  expect(asked).toEqual([asked[0], asked[0], asked[0]]);
  expect(asked[0]).toContainEqual(['memberships', 0]);
});

it('S53 a repeat names whom the message names, and whoever was no member; else it is none', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [anna, bert] = others.map(({ id }) => id) as [string, string];
  const stranger = await app.register();
  const id = randomUUID();
  const again = async (sent: object) => {
    const { status, body } = await send(owner, conversationId, { id, ...sent });
    return status < 300 ? body.duplicate : body.code;
  };
  const sent = { mentions: [anna, stranger.id], silent: true } as const;
  expect(await again(sent)).toBe(false);
  expect(await again(sent)).toBe(true);
  await owner.put(`/conversations/${conversationId}/members/${stranger.id}`);
  await owner.delete(`/conversations/${conversationId}/members/${anna}`);
  expect(await again(sent)).toBe(true); // who is a member now does not count
  for (const other of [
    {},
    { silent: true },
    { mentions: [anna] },
    { ...sent, mentions: [bert] },
    { ...sent, mentionAll: 'all' },
  ])
    expect([await again(other), other]).toEqual(['idempotency-mismatch', other]);
});

it('S54 unread mentions are exact after sends, edits, deletions, reading and joining again', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2, { visibility: 'public' });
  const anna = others[0]!;
  const unread = () => unreadOf(anna, conversationId);
  const first = await mention(owner, conversationId, { mentions: [anna.id] });
  const all = await mention(owner, conversationId, { mentionAll: 'all', mentions: [anna.id] });
  const here = await mention(owner, conversationId, { mentionAll: 'here' });
  expect(here).toMatchObject({ mentionAll: 'here' });
  expect(await unread()).toBe(2);
  expect((await rowOf(anna, conversationId)).unread).toBe(3);
  const edit = async (one: MessageView, body: object) =>
    (await owner.patch(pathOf(one), { content: 'changed', ...body })).body.message;
  expect(await edit(first, {})).toMatchObject({ mentions: [anna.id] });
  expect(await edit(first, { mentions: [] })).not.toHaveProperty('mentions');
  expect(await unread()).toBe(1);
  expect(await edit(all, { mentions: [] })).toMatchObject({ mentionAll: 'all' });
  expect(await unread()).toBe(1); // all are named still
  expect(await edit(here, { mentions: [anna.id] })).toMatchObject({ mentions: [anna.id] });
  expect(await unread()).toBe(2);
  await owner.delete(pathOf(all));
  expect(await unread()).toBe(1);
  const history = await anna.get(`/conversations/${conversationId}/messages`);
  const deleted = history.body.items.find(({ id }: MessageView) => id === all.id);
  expect(deleted).not.toHaveProperty('mentionAll');
  await mention(anna, conversationId, {});
  expect(await unread()).toBe(0);
  await mention(owner, conversationId, { mentions: [anna.id] });
  await anna.post(`/conversations/${conversationId}/leave`);
  await anna.post(`/conversations/${conversationId}/join`);
  expect(await unread()).toBe(0);
});

it('S54 mentions of a page are counted by one query, whose index is that of mentions', async () => {
  const app = await startApp();
  const [owner, reader] = (await app.registerMany(2)) as [TestUser, TestUser];
  for (const number of numbers(15)) {
    const draft = { type: 'group', name: `Group ${number}`, members: [reader.id] };
    const { id } = (await owner.post('/conversations', draft)).body;
    await mention(owner, id, number % 2 ? { mentions: [reader.id] } : { mentionAll: 'all' });
    await mention(owner, id, {});
  }
  await reader.get('/conversations?limit=1'); // so that the sign-in is known
  const few = await queriesOf(app, () => reader.get('/conversations?limit=2'));
  const many = await queriesOf(app, () => reader.get('/conversations?limit=15'));
  expect(many).toHaveLength(few.length);
  const counting = many.filter(({ ns, text }) => ns === 'messages' && text.includes('mentions'));
  expect(counting).toHaveLength(1);
  // No message is fetched to be counted: keys of the index say it.
  expect(counting[0]!.docsExamined).toBe(0);
  const { indexes } = await counting[0]!.explain();
  expect(new Set(indexes)).toEqual(new Set(['conversation_1_mentions_1_seq_1']));
  const { items } = (await reader.get('/conversations?limit=15')).body;
  const unread = items.map(({ unreadMentions }: ConversationView) => unreadMentions);
  expect(unread).toEqual(numbers(15).map(() => 1));
});

it('S55 all are named by whoever may, and counted for each of them', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [admin, member] = others as [TestUser, TestUser];
  await owner.patch(`/conversations/${conversationId}/members/${admin.id}`, { role: 'admin' });
  await resize(app, 101);
  // What the node knew of the size is forgotten with a change of the conversation.
  await owner.patch(`/conversations/${conversationId}`, { name: 'Many' });
  const refused = await send(member, conversationId, { mentionAll: 'all' });
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  expect((await send(member, conversationId, { mentionAll: 'here' })).status).toBe(403);
  expect((await send(admin, conversationId, { mentionAll: 'all' })).status).toBe(201);
  expect(await unreadOf(owner, conversationId)).toBe(1);
  expect(await unreadOf(member, conversationId)).toBe(1);
  await resize(app, 100);
  await owner.patch(`/conversations/${conversationId}`, { name: 'Fewer' });
  expect((await send(member, conversationId, { mentionAll: 'all' })).status).toBe(201);
  const direct = (await owner.put(`/conversations/direct/${member.id}`)).body.id;
  expect((await send(owner, direct, { mentionAll: 'all' })).status).toBe(403);
  expect((await send(owner, direct, { mentions: [member.id] })).status).toBe(201);
});

it('S56 what was chosen and a silent message keep quiet on every device, and notices come', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const anna = others[0]!;
  const device = await anna.connect();
  const alerts = async (sent: Sent): Promise<boolean> => {
    const told = next(device, 'message:created');
    await send(owner, conversationId, sent);
    return shouldAlert(await rowOf(anna, conversationId), await told, anna.id);
  };
  const choose = async (chosen: object): Promise<void> => {
    const told = next(device, 'notifications:updated');
    await anna.patch(`/conversations/${conversationId}/notifications`, chosen);
    const { notifications } = await rowOf(anna, conversationId);
    expect(await told).toEqual({ conversationId, ...notifications });
  };
  const named = { mentions: [anna.id] };
  expect([await alerts({}), await alerts(named), await alerts({ silent: true })]).toEqual([
    true,
    true,
    false,
  ]);
  await choose({ level: 'mentions' });
  expect([await alerts({}), await alerts(named), await alerts({ mentionAll: 'here' })]).toEqual([
    false,
    true,
    true,
  ]);
  expect(await alerts({ ...named, silent: true })).toBe(false);
  await choose({ level: 'none' });
  expect(await alerts(named)).toBe(false);
  await choose({ level: 'all', mutedUntil: '2999-01-01T00:00:00.000Z' });
  expect(await alerts(named)).toBe(false);
  await choose({ mutedUntil: '2001-01-01T00:00:00.000Z' });
  expect(await alerts(named)).toBe(true);
});

it('an edit, a deletion and what one wrote alert nobody', () => {
  const row = { notifications: { level: 'all', mutedUntil: null } } as const;
  const at = new Date().toISOString();
  expect(shouldAlert(row, message(1), 'me')).toBe(true);
  expect(shouldAlert(row, message(1, 1), 'me')).toBe(false);
  expect(shouldAlert(row, message(1), 's')).toBe(false); // its sender
  expect(shouldAlert(row, { ...message(1), content: null, deletedAt: at }, 'me')).toBe(false);
  expect(shouldAlert({ notifications: null }, message(1), 'me')).toBe(false);
});

it('members are found by the beginning of their names, which is no pattern', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [anna, bert] = others as [TestUser, TestUser];
  await anna.patch('/users/me', { displayName: 'Émile .*' });
  const found = async (query: string): Promise<string[]> => {
    const { body } = await owner.get(`/conversations/${conversationId}/mentionable${query}`);
    return body.items.map(({ id }: { id: string }) => id);
  };
  expect((await found('')).toSorted()).toEqual([anna.id, bert.id].toSorted());
  expect(await found('?prefix=emi')).toEqual([anna.id]);
  expect(await found('?prefix=.*')).toEqual([]);
  expect(await found(`?prefix=${bert.username.toUpperCase()}`)).toEqual([bert.id]);
  expect(await found('?limit=1')).toHaveLength(1);
  await bert.post(`/conversations/${conversationId}/leave`);
  expect(await found('')).toEqual([anna.id]);
});

it('what is no list of members, or too long a one, is refused', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const ids = numbers(51).map(() => newId().toHexString());
  const wrong = [{ mentions: [] }, { mentions: ids }, { mentionAll: 'some' }, { silent: false }];
  for (const sent of wrong)
    expect((await send(owner, conversationId, sent as Sent)).status).toBe(422);
  const sent = await mention(owner, conversationId, {});
  for (const edited of [{ mentionAll: 'all' }, { silent: true }, { mentions: ids }])
    expect((await owner.patch(pathOf(sent), { content: 'changed', ...edited })).status).toBe(422);
});
