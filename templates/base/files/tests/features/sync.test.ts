import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { Sync } from '../../src/backend/messages/sync.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import type { SyncedConversation } from '../../src/contract/sync.ts';
import { done, startApp, type TestSocket, type TestUser } from '../support/app.ts';
import { numbers, seedMessages } from '../support/node.ts';

type SyncPorts = ConstructorParameters<typeof Sync>[0];
type Page = Extract<SyncedConversation, { messages: unknown; changed: unknown }>;

const send = async (
  user: TestUser,
  conversationId: string,
  content: string,
): Promise<MessageView> =>
  (
    await user.post(`/conversations/${conversationId}/messages`, {
      id: randomUUID(),
      content,
    })
  ).body.message;

const syncFrom = async (
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
  const answer = (await syncFrom(socket, conversationId, 4, 0)) as Page;
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
  await seedMessages(app, conversationId, 250);
  const socket = await owner.connect();
  const seqs: number[] = [];
  for (let page = { nextSeq: 0, nextRev: 0, hasMore: true }; page.hasMore;) {
    const answer = (await syncFrom(socket, conversationId, page.nextSeq, page.nextRev, 60)) as Page;
    seqs.push(...answer.messages.map(({ seq }) => seq));
    page = answer;
  }
  expect(seqs).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
});

it('S24 far behind: the latest page and the heads instead of everything', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seedMessages(app, conversationId, 2_000);
  const socket = await owner.connect();
  const answer = await syncFrom(socket, conversationId, 0, 0, 50);
  expect(answer).toMatchObject({ reset: true, lastSeq: 2_000, lastRev: 0 });
  const { messages } = answer as { messages: MessageView[] };
  expect(messages.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 50 }, (_, index) => 1_951 + index),
  );
});

it('S24 the same when it is the changes that are many', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seedMessages(app, conversationId, 10);
  const { ObjectId, UUID } = app.app.connection.base.Types;
  const addChanges = (count: number, from: number) =>
    app.app.connection.collection('changes').insertMany(
      Array.from({ length: count }, (_, index) => ({
        conversation: new ObjectId(conversationId),
        rev: from + index,
        message: new UUID(),
        type: 'edited',
        by: new ObjectId(owner.id),
        timestamp: new Date(),
      })),
    );
  const socket = await owner.connect();
  await addChanges(500, 1);
  expect(await syncFrom(socket, conversationId, 10, 0)).not.toHaveProperty('reset');
  await addChanges(1, 501);
  const answer = await syncFrom(socket, conversationId, 10, 0);
  expect(answer).toMatchObject({ reset: true, lastSeq: 10, lastRev: 501 });
  expect((answer as { messages: unknown[] }).messages).toHaveLength(10);
});

it('shares its room among conversations, and a reset has its page or comes next time', async () => {
  const app = await startApp();
  const { conversationId: first, owner } = await app.group(1);
  const second = (await owner.post('/conversations', { type: 'group', name: 'B' })).body.id;
  await seedMessages(app, first, 100, { content: '日'.repeat(3_990) });
  await seedMessages(app, second, 600, { content: '日'.repeat(3_990) });
  const socket = await owner.connect();
  const ask = async (seq: number) => {
    const cursors = [
      { conversationId: first, seq, rev: 0 },
      { conversationId: second, seq: 0, rev: 0 },
    ];
    const answer = await done(socket, 'conversation:sync', { cursors });
    expect(JSON.stringify(answer).length).toBeLessThan(256 * 1024);
    return answer.conversations;
  };
  expect(await ask(0)).toMatchObject([
    { hasMore: true, nextSeq: expect.any(Number) },
    { hasMore: true, nextSeq: 0, messages: [] },
  ]);
  const [none, reset] = await ask(100);
  expect(none).toMatchObject({ hasMore: false, messages: [] });
  expect(reset).toMatchObject({ reset: true, lastSeq: 600 });
  expect((reset as { messages: MessageView[] }).messages.at(-1)?.seq).toBe(600);
});

it('does not pass a change by whose message it has read in an older state', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const message = await send(owner, conversationId, 'first');
  const path = `/conversations/${conversationId}/messages/${message.id}`;
  const { connection } = app.app;
  const messages = connection.collection('messages');
  const before = await messages.findOne({});
  await owner.patch(path, { content: 'second' });
  const now = await messages.findOne({});
  // As a majority may look just after a fail-over: the change is there, its message not yet.
  await messages.replaceOne({ _id: now!._id }, before!);
  const socket = await owner.connect();
  expect(await syncFrom(socket, conversationId, 1, 0)).toMatchObject({
    changed: [],
    nextRev: 0,
    lastRev: 1,
    hasMore: true,
  });
  await messages.replaceOne({ _id: now!._id }, now!);
  expect(await syncFrom(socket, conversationId, 1, 0)).toMatchObject({
    changed: [{ content: 'second' }],
    nextRev: 1,
    hasMore: false,
  });
});

it('S25 a cursor ahead of the head, after a restore: reset', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await send(owner, conversationId, 'one');
  const socket = await owner.connect();
  expect(await syncFrom(socket, conversationId, 5, 0)).toMatchObject({ reset: true, lastSeq: 1 });
  expect(await syncFrom(socket, conversationId, 1, 3)).toMatchObject({ reset: true, lastRev: 0 });
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
    const answer = (await syncFrom(socket, conversationId, page.nextSeq, page.nextRev)) as Page;
    expect(JSON.stringify(answer).length).toBeLessThan(256 * 1024);
    seqs.push(...answer.messages.map(({ seq }) => seq));
    page = answer;
  }
  expect(pages).toBeGreaterThan(1);
  expect(seqs).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
});

it('S9 whoever was removed while away gets nothing of the room any more', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await send(owner, conversationId, 'before');
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  await send(owner, conversationId, 'missed');

  const socket = await others[0]!.connect();
  const heard: string[] = [];
  socket.onAny((name: string) => heard.push(name));
  expect(await syncFrom(socket, conversationId, 1, 0)).toEqual({ conversationId, left: true });
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

it('those who sync at once share the reads, and nobody sees the conversation of another one by it', async () => {
  const asked = { memberships: 0, heads: 0 };
  const access = { require: async () => ({}) };
  const memberships = {
    of: async (userIds: readonly string[]) => {
      asked.memberships += 1;
      return new Map(
        userIds.map((id) => [id, [{ conversationId: `of ${id}`, lastReadSeq: 0 }]] as const),
      );
    },
  };
  const history = {
    headsOf: async (ids: readonly string[]) => {
      asked.heads += 1;
      return new Map(ids.map((id) => [id, { lastSeq: 3, lastRev: 0 }]));
    },
  };
  const shared = new Sync({ access, memberships, history } as unknown as SyncPorts);
  const users = numbers(20).map((number) => `user ${number}`);
  const cursors = users.map((id) => ({ conversationId: `of ${id}`, seq: 3, rev: 0 }));
  const answers = await Promise.all(users.map((id) => shared.conversations(id, cursors)));
  expect(asked).toEqual({ memberships: 1, heads: 1 });
  for (const [index, answer] of answers.entries())
    expect(answer.flatMap((one) => ('left' in one ? [] : [one.conversationId]))).toEqual([
      `of ${users[index]}`,
    ]);
});
