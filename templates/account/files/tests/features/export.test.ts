import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { messagesLookedAt } from '../../src/backend/account/written-messages.ts';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { limits } from '../../src/configs/limits.ts';
import type { ExportView } from '../../src/contract/account.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import type { StoredMessage } from '../../src/models/message.ts';
import { startApp, until, type TestApp, type TestUser } from '../support/app.ts';
import { holdLateWrites } from '../support/late-writes.ts';
import { numbers, toStored } from '../support/node.ts';
import { queriesOf } from '../support/queries.ts';

/** Puts a user into conversations, in each of which they wrote as many messages. */
async function seedConversations(
  { app }: TestApp,
  user: TestUser,
  count: number,
  messages: number,
) {
  const ids = numbers(count).map(() => newId());
  const sender = toObjectId(user.id);
  await app.connection.collection('memberships').insertMany(
    ids.map((conversation) => ({
      conversation,
      user: sender,
      role: 'member',
      lastReadSeq: 0,
      lastDeliveredSeq: 0,
      mutedUntil: null,
      joinedAt: new Date(),
      leftAt: null,
    })),
  );
  if (messages === 0) return;
  const others = newId().toHexString();
  await app.connection.collection<StoredMessage>('messages').insertMany(
    ids.flatMap((conversation) =>
      numbers(messages * 2).map((seq) =>
        toStored({
          conversationId: conversation.toHexString(),
          seq,
          sender: seq % 2 ? user.id : others,
          content: seq % 2 ? `mine-${seq}` : `theirs-${seq}`,
        }),
      ),
    ),
  );
}

const path = (cursor: string | null): string =>
  `/users/me/export${cursor === null ? '' : `?cursor=${cursor}`}`;

it('an export of many conversations asks for their messages in batches, whatever is in them', async () => {
  const app = await startApp();
  const user = await app.register();
  await seedConversations(app, user, 1_200, 0);
  await user.get('/users/me');
  const queries = await queriesOf(app, () => user.get('/users/me/export'));
  const batches = queries.filter(({ ns }) => ns === 'messages');
  expect(batches).toHaveLength(3); // where they end; there is nothing to look at
});

it('an export has every message of the user once, across conversations and pages', async () => {
  const app = await startApp();
  const user = await app.register();
  await seedConversations(app, user, 700, 3);
  const pages: MessageView[][] = [];
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const { body }: { body: ExportView } = await user.get(path(cursor));
    pages.push(body.messages);
    cursor = body.nextCursor;
  }
  expect(pages.map(({ length }) => length)).toEqual([500, 500, 500, 500, 100]);
  const all = pages.flat();
  expect(new Set(all.map(({ id }) => id)).size).toBe(2_100);
  expect(new Set(all.map(({ sender }) => sender))).toEqual(new Set([user.id]));
});

it('a page of an export looks at no more messages than it must to be full', async () => {
  const app = await startApp();
  const user = await app.register();
  await seedConversations(app, user, 400, 5);
  const queries = await queriesOf(app, () => user.get('/users/me/export'));
  const read = queries.filter(({ ns, nreturned }) => ns === 'messages' && nreturned === 500);
  // Every other one is somebody else's, and the last one is the user's own.
  expect(read.map(({ docsExamined }) => docsExamined)).toEqual([999]);
});

it('a page of an export ends where enough was looked at, and the next one goes on from there', async () => {
  const app = await startApp();
  const user = await app.register();
  await seedConversations(app, user, 1, 0);
  const [conversation] = (await user.get(path(null))).body.conversations;
  const at = [1, messagesLookedAt, messagesLookedAt + 1, messagesLookedAt + 2];
  const others = newId().toHexString();
  await app.app.connection.collection<StoredMessage>('messages').insertMany(
    numbers(messagesLookedAt + 2).map((seq) =>
      toStored({
        conversationId: conversation.id,
        seq,
        sender: at.includes(seq) ? user.id : others,
        content: `${seq}`,
      }),
    ),
  );
  const pages: number[][] = [];
  const looked: number[] = [];
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const queries = await queriesOf(app, async () => {
      const { body }: { body: ExportView } = await user.get(path(cursor));
      pages.push(body.messages.map(({ seq }) => seq));
      cursor = body.nextCursor;
    });
    looked.push(Math.max(...queries.map(({ docsExamined }) => docsExamined)));
  }
  expect(pages).toEqual([at.slice(0, 2), at.slice(2)]);
  expect(looked[0]).toBe(messagesLookedAt);
});

it('of exports of a user at once others are told to wait; of another user they are not', async () => {
  const app = await startApp();
  const { users } = await app.group(2);
  const [anna, bert] = users as [TestUser, TestUser];
  await Promise.all(users.map((user) => user.get('/users/me')));
  const ofBert = bert.get('/users/me/export');
  // Two may follow each other on a busy machine; twenty do not.
  const ofAnna = await Promise.all(Array.from({ length: 20 }, () => anna.get('/users/me/export')));
  const waiting = ofAnna.filter(({ status }) => status === 429);
  expect(ofAnna.filter(({ status }) => status === 200).length).toBe(20 - waiting.length);
  expect(waiting.length).toBeGreaterThan(0);
  expect(waiting.length).toBeLessThan(20);
  for (const { body } of waiting)
    expect(body).toMatchObject({
      code: 'rate-limited',
      detail: expect.stringContaining('being read') as string,
    });
  expect((await ofBert).status).toBe(200);
  expect((await anna.get('/users/me/export')).status).toBe(200);
});

it('a few exports an hour may begin, and one that has begun goes on', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  await seedConversations(app, user, 200, 3);
  const { connection } = app.app;
  const first: { body: ExportView } = await user.get(path(null));
  expect(first.body.nextCursor).not.toBeNull();
  const rows = connection.collection('rate_limits');
  const row = await rows.findOne({ key: { $regex: '^exports:' } });
  expect(row).toMatchObject({ points: 1 });
  await rows.updateOne({ _id: row!._id }, { $set: { points: limits.rate.exportsPerHour } });
  const refused = await user.get(path(null));
  expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
  expect(refused.body.retryAfterMs).toBeGreaterThan(60_000);
  const second: { status: number; body: ExportView } = await user.get(path(first.body.nextCursor));
  expect([second.status, second.body.messages.length]).toEqual([200, 100]);
});

it('a page can be had as often as an export may begin, so that none begins anew behind a cursor', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { users } = await app.group(2);
  const [anna, bert] = users as [TestUser, TestUser];
  await seedConversations(app, anna, 200, 3);
  const first: { body: ExportView } = await anna.get(path(null));
  const { nextCursor } = first.body;
  /** The status of a page, when the second is over in which too many were asked for. */
  async function statusOf(user: TestUser, cursor: string | null): Promise<number> {
    let status = 0;
    await until(async () => {
      const answer = await user.get(path(cursor));
      status = answer.status;
      return status !== 429 || answer.body.retryAfterMs > 1_000;
    });
    return status;
  }

  const statuses: number[] = [];
  for (let times = 0; times <= limits.rate.exportsPerHour; times += 1)
    statuses.push(await statusOf(anna, nextCursor));
  expect(statuses).toEqual([...numbers(limits.rate.exportsPerHour).map(() => 200), 429]);
  // Nor behind one that no page has given, or not to this user.
  const [conversationId = '', seq = '', proof] = (nextCursor as string).split('.');
  for (const invented of [
    `${conversationId}.${seq}`,
    `${conversationId}.${Number(seq) + 1}.${proof}`,
    `${'0'.repeat(24)}.${seq}.${proof}`,
  ])
    expect(await statusOf(anna, invented)).toBe(422);
  expect(await statusOf(bert, nextCursor)).toBe(422);
});

it('an export says what alerts its user, and how far they have read by sending before it is stored', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  holdLateWrites(app);
  for (const content of ['one', 'two', 'three'])
    await owner.post(`/conversations/${conversationId}/messages`, { id: randomUUID(), content });
  await owner.patch(`/conversations/${conversationId}/notifications`, { level: 'none' });
  const { body }: { body: ExportView } = await owner.get('/users/me/export');
  expect(body.conversations).toMatchObject([
    { id: conversationId, lastReadSeq: 3, level: 'none', mutedUntil: null },
  ]);
});
