import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { MessageView, SyncedConversation } from '../src/contract/messages.ts';
import { done, startApp, type TestApp, type TestSocket, type TestUser } from './support/app.ts';

type Page = Extract<SyncedConversation, { messages: unknown; changed: unknown }>;

const send = async (
  user: TestUser,
  conversationId: string,
  content: string,
): Promise<MessageView> =>
  (
    await user.post(`/conversations/${conversationId}/messages`, {
      clientMessageId: randomUUID(),
      content,
    })
  ).body.message;

const sync = async (
  socket: TestSocket,
  conversationId: string,
  seq: number,
  rev: number,
  limit?: number,
): Promise<SyncedConversation> => {
  const cursors = [{ conversationId, seq, rev }];
  const answer = await done(socket, 'conversation:sync', {
    cursors,
    ...(limit === undefined ? {} : { limit }),
  });
  return answer.conversations[0]!;
};

/** Puts messages into the database as if they had been sent. */
async function seed(app: TestApp, conversationId: string, sender: string, count: number) {
  const { ObjectId } = app.app.connection.base.Types;
  await app.app.connection.collection('messages').insertMany(
    Array.from({ length: count }, (_, index) => ({
      conversation: new ObjectId(conversationId),
      seq: index + 1,
      sender: new ObjectId(sender),
      clientMessageId: `seeded-${index}`,
      content: `message ${index + 1}`,
      timestamp: new Date(),
      rev: 0,
      editedAt: null,
      deletedAt: null,
    })),
  );
}

it('S21 a client that was away sees what the database has: messages, edits and deletes', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const messages: MessageView[] = [];
  for (let number = 1; number <= 10; number += 1)
    messages.push(await send(owner, conversationId, `message ${number}`));
  const one = (index: number) => `/conversations/${conversationId}/messages/${messages[index]!.id}`;
  for (const index of [0, 1, 2]) await owner.patch(one(index), { content: `edited ${index}` });
  await owner.patch(one(0), { content: 'edited twice' });
  await owner.delete(one(3));

  const socket = await others[0]!.connect();
  // The client had seen the first four as they were created.
  const answer = (await sync(socket, conversationId, 4, 0)) as Page;
  expect(answer.messages.map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10]);
  expect(answer.changed.map(({ seq, content }) => [seq, content])).toEqual([
    [1, 'edited twice'],
    [2, 'edited 1'],
    [3, 'edited 2'],
    [4, null],
  ]);
  expect(answer).toMatchObject({
    nextSeq: 10,
    nextRev: 5,
    lastSeq: 10,
    lastRev: 5,
    hasMore: false,
  });
});

it('pages through what is missing by its own cursors until there is no more', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seed(app, conversationId, owner.id, 250);
  const socket = await owner.connect();
  const seqs: number[] = [];
  for (let page = { nextSeq: 0, nextRev: 0, hasMore: true }; page.hasMore;) {
    const answer = (await sync(socket, conversationId, page.nextSeq, page.nextRev, 60)) as Page;
    seqs.push(...answer.messages.map(({ seq }) => seq));
    page = answer;
  }
  expect(seqs).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
});

it('S24 far behind: the latest page and the heads instead of everything', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seed(app, conversationId, owner.id, 2_000);
  const socket = await owner.connect();
  const answer = await sync(socket, conversationId, 0, 0, 50);
  expect(answer).toMatchObject({ reset: true, lastSeq: 2_000, lastRev: 0 });
  const { messages } = answer as { messages: MessageView[] };
  expect(messages.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 50 }, (_, index) => 1_951 + index),
  );
});

it('S25 a cursor ahead of the head, after a restore: reset', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await send(owner, conversationId, 'one');
  const socket = await owner.connect();
  expect(await sync(socket, conversationId, 5, 0)).toMatchObject({ reset: true, lastSeq: 1 });
  expect(await sync(socket, conversationId, 1, 3)).toMatchObject({ reset: true, lastRev: 0 });
});

it('keeps an answer below its size and says that there is more', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  for (let number = 1; number <= 24; number += 1)
    await send(owner, conversationId, `${number} ${'日'.repeat(3_990)}`);
  const socket = await owner.connect();
  const seqs: number[] = [];
  let pages = 0;
  for (let page = { nextSeq: 0, nextRev: 0, hasMore: true }; page.hasMore; pages += 1) {
    const answer = (await sync(socket, conversationId, page.nextSeq, page.nextRev)) as Page;
    expect(JSON.stringify(answer).length).toBeLessThan(256 * 1024);
    seqs.push(...answer.messages.map(({ seq }) => seq));
    page = answer;
  }
  expect(pages).toBeGreaterThan(1);
  expect(seqs).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
});

it('S9 who was removed while away gets nothing of the room any more', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await send(owner, conversationId, 'before');
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  await send(owner, conversationId, 'missed');

  const socket = await others[0]!.connect();
  const heard: string[] = [];
  socket.onAny((name: string) => heard.push(name));
  expect(await sync(socket, conversationId, 1, 0)).toEqual({ conversationId, left: true });
  await send(owner, conversationId, 'later');
  expect((await done(socket, 'conversation:heads', {})).heads).toEqual([]);
  expect(heard).toEqual([]);
});

it('heads name every conversation with its numbers, as ready does', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const message = await send(owner, conversationId, 'one');
  await owner.patch(`/conversations/${conversationId}/messages/${message.id}`, { content: 'two' });
  const socket = app.open(owner.token);
  const ready = await new Promise((resolve) => socket.once('ready', resolve));
  const heads = [{ conversationId, lastSeq: 1, lastRev: 1, lastReadSeq: 1 }];
  expect(ready).toMatchObject({ userId: owner.id, deviceId: owner.session.deviceId, heads });
  expect(await done(socket, 'conversation:heads', {})).toEqual({ heads });
});
