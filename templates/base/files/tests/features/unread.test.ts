import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { done, startApp, type TestApp, type TestUser } from '../support/app.ts';
import { numbers, seedMessages } from '../support/node.ts';
import { queriesOf } from '../support/queries.ts';

const send = async (user: TestUser, conversationId: string, content: string) => {
  const draft = { id: randomUUID(), content };
  const { body } = await user.post(`/conversations/${conversationId}/messages`, draft);
  return body.message as { id: string; seq: number };
};

const remove = (user: TestUser, conversationId: string, messageId: string) =>
  user.delete(`/conversations/${conversationId}/messages/${messageId}`);

/** What a user has not read of a conversation, in its view and in the list. */
async function unreadOf(user: TestUser, conversationId: string): Promise<number> {
  const { body } = await user.get(`/conversations/${conversationId}`);
  const { items } = (await user.get('/conversations?limit=100')).body;
  const row = items.find(({ id }: { id: string }) => id === conversationId);
  expect(row.unread).toBe(body.unread);
  return body.unread;
}

it('unread counts what is still there: three sent and three deleted are none', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [reader] = others as [TestUser];
  const messages = [];
  for (const number of numbers(4))
    messages.push(await send(owner, conversationId, `message ${number}`));
  expect(await unreadOf(reader, conversationId)).toBe(4);
  for (const [index, { id }] of messages.entries()) {
    await remove(owner, conversationId, id);
    expect(await unreadOf(reader, conversationId)).toBe(3 - index);
  }
});

it('only what was deleted behind the mark counts less, and what was sent since counts', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [reader] = others as [TestUser];
  await seedMessages(app, conversationId, 10, { sender: owner.id });
  const { items } = (await owner.get(`/conversations/${conversationId}/messages`)).body;
  const idOf = (seq: number): string => items[seq - 1].id;
  await app.app.connection
    .collection('memberships')
    .updateMany({}, { $set: { lastReadSeq: 5, lastDeliveredSeq: 5 } });
  for (const seq of [2, 5]) await remove(owner, conversationId, idOf(seq)); // were read
  expect(await unreadOf(reader, conversationId)).toBe(5);
  for (const seq of [6, 9, 10]) await remove(owner, conversationId, idOf(seq));
  expect(await unreadOf(reader, conversationId)).toBe(2);
  await send(owner, conversationId, 'one more');
  expect(await unreadOf(reader, conversationId)).toBe(3);
});

it('what somebody wrote is never unread for them, whoever wrote before and after', async () => {
  const app = await startApp();
  const { conversationId, users } = await app.group(2);
  const [anna, bert] = users as [TestUser, TestUser];
  for (const number of numbers(3)) await send(anna, conversationId, `of anna ${number}`);
  const { id } = await send(bert, conversationId, 'of bert');
  expect([await unreadOf(anna, conversationId), await unreadOf(bert, conversationId)]).toEqual([
    1, 0,
  ]);
  await remove(bert, conversationId, id);
  expect(await unreadOf(anna, conversationId)).toBe(0);
  await send(anna, conversationId, 'an answer');
  expect([await unreadOf(anna, conversationId), await unreadOf(bert, conversationId)]).toEqual([
    0, 1,
  ]);
});

/** Somebody in many groups, each with messages of which one was deleted, none of them read. */
async function readerOfMany(app: TestApp) {
  const [owner, reader] = (await app.registerMany(2)) as [TestUser, TestUser];
  for (const number of numbers(30)) {
    const draft = { type: 'group', name: `Group ${number}`, members: [reader.id] };
    const { id } = (await owner.post('/conversations', draft)).body;
    await seedMessages(app, id, 3, { sender: owner.id });
    const { items } = (await owner.get(`/conversations/${id}/messages`)).body;
    await remove(owner, id, items[1].id);
  }
  return reader;
}

it('S32 deleted messages are counted in a number of queries that does not grow with the list', async () => {
  const app = await startApp();
  const reader = await readerOfMany(app);
  await reader.get('/conversations?limit=1'); // so that the sign-in is known
  const list = (limit: number) => () => reader.get(`/conversations?limit=${limit}`);
  const few = await queriesOf(app, list(2));
  const many = await queriesOf(app, list(30));
  expect(many).toHaveLength(few.length);
  // No message is fetched to be counted: keys of the index say it.
  const counting = many.filter(({ ns, text }) => ns === 'messages' && text.includes('deletedAt'));
  expect(counting.map(({ docsExamined }) => docsExamined)).toEqual([0, 0]);
  const { items } = (await reader.get('/conversations?limit=30')).body;
  expect(new Set(items.map(({ unread }: { unread: number }) => unread))).toEqual(new Set([2]));
  const socket = await reader.connect();
  expect((await done(socket, 'conversation:heads', {})).heads).toHaveLength(30);
});
