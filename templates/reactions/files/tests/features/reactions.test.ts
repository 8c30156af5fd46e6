import { expect, it, vi } from 'vitest';
import { reactionLimits } from '../../src/configs/reaction-limits.ts';
import { routes } from '../../src/contract/index.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { passwordOf } from '../support/accounts.ts';
import {
  done,
  next,
  refused,
  sharedVariables,
  startApp,
  until,
  type TestApp,
  type TestUser,
} from '../support/app.ts';
import { post } from '../support/client.ts';
import { numbers } from '../support/node.ts';
import { queriesOf } from '../support/queries.ts';

const pathOf = ({ conversationId, id }: MessageView, key: string): string =>
  `/conversations/${conversationId}/messages/${id}/reactions/${encodeURIComponent(key)}`;
const react = (user: TestUser, message: MessageView, key = '👍') => user.put(pathOf(message, key));
const takeBack = (user: TestUser, message: MessageView, key = '👍') =>
  user.delete(pathOf(message, key));
const placeOf = ({ conversationId, id }: MessageView, key = '👍') => ({
  conversationId,
  messageId: id,
  key,
});

const see = async (user: TestUser, { conversationId, id }: MessageView): Promise<MessageView> =>
  (await user.get(`/conversations/${conversationId}/messages/${id}`)).body.message;
const rowsOf = ({ app }: TestApp) => app.connection.collection('reactions').find().toArray();
const headOf = async (user: TestUser, { conversationId }: MessageView): Promise<number> =>
  (await user.get(`/conversations/${conversationId}/changes`)).body.lastRev;

async function startWithMessage(size: number, options?: { type?: string }) {
  const app = await startApp();
  const group = await app.group(size, options);
  return { app, ...group, message: await post(group.owner, group.conversationId, 'hello') };
}

it('S48 a reaction is told to everybody, and on every device of its user as their own', async () => {
  const { owner, others, message } = await startWithMessage(2);
  const member = others[0]!;
  const [own, other, reader] = [
    await member.connect(),
    await member.connect(),
    await owner.connect(),
  ];
  const [mine, updated] = [next(other, 'reaction:mine'), next(reader, 'message:updated')];
  const { message: answer } = await done(own, 'reaction:add', placeOf(message));
  const reactions = [{ key: '👍', count: 1, users: [member.id] }];
  expect(answer).toMatchObject({ rev: 1, reactions, myReactions: ['👍'] });
  expect(await mine).toEqual({
    conversationId: message.conversationId,
    messageId: message.id,
    rev: 1,
    myReactions: ['👍'],
  });
  expect(await updated).toEqual({ ...message, rev: 1, reactions });
  expect(await see(member, message)).toMatchObject({ reactions, myReactions: ['👍'] });
  expect(await see(owner, message)).toMatchObject({ reactions, myReactions: [] });
});

it('own reactions are in history, sync and changes, and a message without any says nothing', async () => {
  const { owner, message } = await startWithMessage(1);
  const plain = await post(owner, message.conversationId, 'plain');
  await react(owner, message, '🎉');
  const { conversationId } = message;
  const history = await owner.get(`/conversations/${conversationId}/messages`);
  const changes = await owner.get(`/conversations/${conversationId}/changes`);
  const socket = await owner.connect();
  const cursors = [{ conversationId, seq: 0, rev: 0 }];
  const { conversations } = await done(socket, 'conversation:sync', { cursors });
  const seen = { id: message.id, myReactions: ['🎉'] };
  expect(history.body.items).toMatchObject([seen, {}]);
  expect(history.body.items[1]).toEqual(plain);
  expect(changes.body.items).toMatchObject([seen]);
  expect(conversations).toMatchObject([{ messages: [seen, {}] }]);
});

it('own reactions are asked for only where not all who chose are shown', async () => {
  const { app, owner, others, message } = await startWithMessage(reactionLimits.usersShown + 2);
  const [last, ...first] = others as [TestUser, ...TestUser[]];
  const asked = async (user: TestUser) => {
    let seen: readonly string[] | undefined;
    const read = async () => void (seen = (await see(user, message)).myReactions);
    return { count: (await queriesOf(app, read, /\.reactions$/)).length, seen };
  };
  for (const user of first) await react(user, message);
  await react(first[0]!, message, '🎉');
  expect(await asked(first[0]!)).toEqual({ count: 0, seen: ['👍', '🎉'] });
  expect(await asked(owner)).toEqual({ count: 0, seen: [] });
  await react(last, message);
  expect(await asked(last)).toEqual({ count: 1, seen: ['👍'] });
  expect(await asked(first[0]!)).toEqual({ count: 1, seen: ['👍', '🎉'] });
  expect(await asked(owner)).toEqual({ count: 1, seen: [] });
  for (const user of first) await takeBack(user, message);
  expect(await asked(last)).toEqual({ count: 0, seen: ['👍'] });
  expect(await asked(first[0]!)).toEqual({ count: 0, seen: ['🎉'] });
});

it('S42 a reaction that comes again, or is taken back again, changes nothing', async () => {
  const { app, owner, others, message } = await startWithMessage(2);
  const answers = await Promise.all(numbers(20).map(() => react(others[0]!, message)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await rowsOf(app)).toHaveLength(1);
  expect(await headOf(owner, message)).toBe(1);
  await Promise.all(numbers(20).map(() => takeBack(others[0]!, message)));
  expect(await rowsOf(app)).toEqual([]);
  expect(await headOf(owner, message)).toBe(2);
  expect(await see(owner, message)).toEqual({ ...message, rev: 2 });
});

it('S44 the key too many of a message and of a user are refused, and the others are stored', async () => {
  const { app, owner, others, message } = await startWithMessage(3);
  const [one, other] = others as [TestUser, TestUser];
  const { keysPerMessage, keysPerUser } = reactionLimits;
  const key = (number: number): string => `:key-${number}:`;
  const statuses = async (user: TestUser, from: number, count: number) =>
    (await Promise.all(numbers(count, from).map((n) => react(user, message, key(n))))).map(
      ({ status, body }) => (status === 200 ? 200 : body.code),
    );
  const own = await statuses(one, 1, keysPerUser + 1);
  expect(own.filter((status) => status === 200)).toHaveLength(keysPerUser);
  expect(own).toContain('limit-reached');
  await statuses(owner, 101, keysPerMessage - keysPerUser);
  const late = await Promise.all([
    react(other, message, ':one-more:'),
    react(other, message, (await see(other, message)).reactions![0]!.key),
  ]);
  expect(late.map(({ status }) => status)).toEqual([409, 200]);
  expect(late[0].body.code).toBe('limit-reached');
  const { reactions } = await see(owner, message);
  expect(reactions).toHaveLength(keysPerMessage);
  const sum = reactions!.reduce((total, { count }) => total + count, 0);
  expect((await rowsOf(app)).flatMap((row) => row['keys'] as string[])).toHaveLength(sum);
});

it('S45 nothing of a reaction is left of a deleted message, and none is added', async () => {
  const { app, owner, others, message } = await startWithMessage(2);
  await react(others[0]!, message, '🎉');
  expect(
    (await owner.delete(`/conversations/${message.conversationId}/messages/${message.id}`)).status,
  ).toBe(204);
  expect(await rowsOf(app)).toEqual([]);
  const [row] = await app.app.connection.collection('messages').find().toArray();
  expect(row).not.toHaveProperty('reactions');
  expect(await see(others[0]!, message)).not.toHaveProperty('reactions');
  const late = await react(others[0]!, message);
  expect([late.status, late.body.code]).toEqual([409, 'already-deleted']);
  expect(await headOf(owner, message)).toBe(2);
});

it('S47 C81 who may not send in a channel does not react, and takes back what they chose', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2, { type: 'channel' });
  const member = others[0]!;
  const member1 = `/conversations/${conversationId}/members/${member.id}`;
  const message = await post(owner, conversationId, 'news');
  await owner.patch(member1, { role: 'admin' });
  await react(member, message);
  await owner.patch(member1, { role: 'member' });
  const [socket, reader] = [await member.connect(), await owner.connect()];
  const heard: string[] = [];
  reader.onAny((name: string) => heard.push(name));
  expect((await refused(socket, 'reaction:add', placeOf(message, '🎉'))).code).toBe('forbidden');
  expect((await react(member, message, '🎉')).status).toBe(403);
  expect(heard).toEqual([]);
  const updated = next(reader, 'message:updated');
  expect((await takeBack(member, message)).status).toBe(200);
  expect(await updated).toEqual({ ...message, rev: 2 });
});

it('a reaction is no edit: what comes under the id of the message still has to say the same', async () => {
  const { owner, message } = await startWithMessage(1);
  await react(owner, message);
  const send = (content: string) =>
    owner.post(`/conversations/${message.conversationId}/messages`, { id: message.id, content });
  const again = await send(message.content!);
  expect([again.status, again.body.duplicate, again.body.message.rev]).toEqual([200, true, 1]);
  expect((await send('something else')).body.code).toBe('idempotency-mismatch');
});

it('C80 a right that is lost between the gate and the commit refuses, and there is no rev', async () => {
  const shared = sharedVariables();
  const [here, there] = [await startApp(shared), await startApp(shared)];
  const { conversationId, owner, others } = await here.group(2);
  const message = await post(owner, conversationId, 'hello');
  const { connection } = here.app;
  const start = connection.startSession.bind(connection);
  const path = `/conversations/${conversationId}/members/${others[0]!.id}`;
  vi.spyOn(connection, 'startSession').mockImplementationOnce(async (options) => {
    const removed = await there.call('DELETE', path, { token: owner.token });
    expect(removed.status).toBe(204);
    return start(options);
  });
  expect((await react(others[0]!, message)).status).toBe(404);
  expect(await rowsOf(here)).toEqual([]);
  expect(await headOf(owner, message)).toBe(0);
});

it('C82 a reaction is one emoji or a name, and nothing else', async () => {
  const { owner, message } = await startWithMessage(1);
  const good = ['👍', '❤️', '👨‍👩‍👧', '🇩🇪', '1️⃣', ':+1:', ':party_parrot:', `:${'a'.repeat(62)}:`];
  const words = 'a|ok|1|!|:|::|:A:|:a b:|:a|a:|:ä:|:a::b:|<b>|{"$gt":""}|$where|../..|é'.split('|');
  const tooMuch = [`:${'a'.repeat(63)}:`, '👍'.repeat(33), '👍👍', '👍a', ' 👍', '👍 ', '👍\u0000'];
  const invisible = ['\u202e👍', '👍\u202e', '\u200d', '\ufe0f', '\u0301', '🇩'];
  for (const key of good)
    expect([key, (await react(owner, message, key)).status]).toEqual([key, 200]);
  for (const key of [...words, ...tooMuch, ...invisible])
    expect([key, (await react(owner, message, key)).status]).toEqual([key, 422]);
  expect((await see(owner, message)).myReactions).toEqual(good);
});

it('who chose a key is read page by page, and whoever takes theirs back leaves the place to others', async () => {
  const { owner, others, message } = await startWithMessage(5);
  for (const user of others) await react(user, message);
  const first = await owner.get(`${pathOf(message, '👍')}?limit=3`);
  const { items, nextCursor } = first.body;
  const rest = await owner.get(`${pathOf(message, '👍')}?limit=3&cursor=${nextCursor}`);
  const ids = [...items, ...rest.body.items].map(({ id }: TestUser) => id);
  expect(ids).toEqual(others.map(({ id }) => id).toSorted());
  expect(rest.body.nextCursor).toBeNull();
  expect((await owner.get(`${pathOf(message, '👍')}?cursor=nonsense`)).status).toBe(422);
  expect((await owner.get(pathOf({ ...message, id: crypto.randomUUID() }, '👍'))).status).toBe(404);

  const shown = (await see(owner, message)).reactions![0]!.users;
  const gone = others.find(({ id }) => id === shown[0])!;
  await takeBack(gone, message);
  const { count, users } = (await see(owner, message)).reactions![0]!;
  expect(count).toBe(3);
  expect(users.toSorted()).toEqual(
    others
      .filter((user) => user !== gone)
      .map(({ id }) => id)
      .toSorted(),
  );
});

// Accounts are exported and erased by a feature of their own.
const hasAccounts = Object.keys(routes).includes('exportMe');

it.runIf(hasAccounts)(
  'S71 an export has the reactions of its user and nobody else’s, and the end of an account takes them back',
  async () => {
    const { app, owner, others, message } = await startWithMessage(3);
    const [one, other] = others as [TestUser, TestUser];
    await react(one, message, '🎉');
    await react(one, message, '👍');
    await react(other, message);
    const exported = await one.get('/users/me/export');
    const { conversationId, id: messageId } = message;
    expect(exported.body.features.reactions).toEqual([
      { conversationId, messageId, keys: ['🎉', '👍'] },
    ]);
    await one.delete('/users/me', { password: passwordOf(one.username) });
    await until(async () => (await rowsOf(app)).length === 1);
    await until(async () => (await see(owner, message)).reactions?.length === 1);
    expect((await see(owner, message)).reactions).toEqual([
      { key: '👍', count: 1, users: [other.id] },
    ]);
  },
);
