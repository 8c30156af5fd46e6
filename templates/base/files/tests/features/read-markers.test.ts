import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { toHeadMoves } from '../../src/backend/messages/head-moves.ts';
import { ReadMarkers } from '../../src/backend/messages/read-markers.ts';
import { toNewMessage } from '../../src/backend/messages/views.ts';
import { RecentValues } from '../../src/backend/messages/recent-values.ts';
import { newId } from '../../src/platform/database/ids.ts';
import type { ConversationView } from '../../src/contract/conversations.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { createModels, type Models } from '../../src/models/index.ts';
import { done, next, startApp, until, type TestUser } from '../support/app.ts';
import { holdLateWrites, waitForLateWrites } from '../support/late-writes.ts';
import { numbers } from '../support/node.ts';

const send = (user: TestUser, conversationId: string, content: string) =>
  user.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content,
  });

const create = async (owner: TestUser, name: string, members: string[] = []): Promise<string> =>
  (await owner.post('/conversations', { type: 'group', name, members })).body.id;

/** Every conversation of a list, page by page. */
async function namesOf(user: TestUser, limit: number): Promise<(string | null)[]> {
  const names: (string | null)[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const path: string = `/conversations?limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const { body }: { body: { items: ConversationView[]; nextCursor: string | null } } =
      await user.get(path);
    names.push(...body.items.map(({ name }) => name));
    cursor = body.nextCursor;
  }
  return names;
}

it('how far somebody has read by sending is the same for every reader, before it is stored', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const gate = holdLateWrites(app);
  for (const number of numbers(3)) await send(owner, conversationId, `message ${number}`);
  const socket = app.open(owner.token);
  const path = `/conversations/${conversationId}`;
  const [view, members, ready, mark] = await Promise.all([
    owner.get(path),
    owner.get(`${path}/members`),
    next(socket, 'ready'),
    owner.patch(path, { name: 'Renamed' }),
  ]);
  const { heads } = await done(socket, 'conversation:heads', {});
  const ownOf = (rows: { user: { id: string }; lastReadSeq: number }[]) =>
    rows.find(({ user }) => user.id === owner.id)!.lastReadSeq;
  expect({
    view: view.body.lastReadSeq,
    members: ownOf(members.body.items),
    ready: ready.heads[0]!.lastReadSeq,
    heads: heads[0]!.lastReadSeq,
    renamed: mark.body.lastReadSeq,
  }).toEqual({ view: 3, members: 3, ready: 3, heads: 3, renamed: 3 });
  gate.open();
});

it('the list is in order before anything of that is stored, page by page, each conversation once', async () => {
  const app = await startApp();
  const [owner, other] = (await app.registerMany(2)) as [TestUser, TestUser];
  const ids: string[] = [];
  for (const number of numbers(9)) ids.push(await create(owner, `${number}`, [other.id]));
  const foreign = await create(other, 'foreign');
  const gate = holdLateWrites(app);
  for (const number of [2, 7, 4]) await send(owner, ids[number - 1]!, `to ${number}`);
  await send(other, foreign, 'not of the owner');
  const expected = ['4', '7', '2', '9', '8', '6', '5', '3', '1'];
  for (const size of [1, 2, 4, 9])
    expect([size, await namesOf(owner, size)]).toEqual([size, expected]);
  expect(await namesOf(other, 3)).toEqual(['foreign', ...expected]);
  await owner.delete(`/conversations/${ids[6]}`); // archived, though it is the latest but one
  gate.open();
  await until(async () => {
    const row = await app.app.connection.collection('conversations').findOne({ name: '2' });
    return row?.['lastSeq'] === 1;
  });
  expect(await namesOf(owner, 4)).toEqual(expected.filter((name) => name !== '7'));
});

it('what a send moves is stored right after it, and at most once a second for all that follow', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const { collection } = app.app.connection.model('Membership');
  const write = vi.spyOn(collection, 'bulkWrite');
  const markOf = async () => (await collection.findOne({}))?.['lastReadSeq'];
  await send(owner, conversationId, 'first');
  await until(async () => (await markOf()) === 1);
  const startedAt = performance.now();
  for (const number of numbers(30)) await send(owner, conversationId, `more ${number}`);
  await until(async () => (await markOf()) === 31);
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(write.mock.calls.length).toBeLessThanOrEqual(2 + seconds);
});

it('a mark whose node died before it was stored is put right by whoever reads the conversation', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await send(owner, conversationId, 'kept');
  const { connection } = app.app;
  await waitForLateWrites(app, 1);
  // As a node leaves it that dies right after its insert; no node has heard of it.
  const fresh = await startApp(app.variables);
  await connection.collection('conversations').updateMany({}, { $set: { lastSeq: 0 } });
  await connection.collection('memberships').updateMany({}, { $set: { lastReadSeq: 0 } });
  const path = `/conversations/${conversationId}`;
  expect((await fresh.adopt(others[0]!.session).get(path)).body.unread).toBe(1);
  expect((await fresh.adopt(owner.session).get(path)).body).toMatchObject({
    lastReadSeq: 1,
    unread: 0,
  });
  await until(
    async () => (await connection.collection('conversations').findOne({}))?.['lastSeq'] === 1,
  );
});

const log = pino({ level: 'silent' });

/** The markers of two nodes that hear of each other at once. */
function createPair(models: Models) {
  const listeners = numbers(2).map(() => new Map<string, (data: unknown) => void>());
  return listeners.map((own, index) => {
    const cluster = {
      publish: (event: string, data: unknown) => listeners[1 - index]!.get(event)?.(data),
      subscribe: (event: string, listener: (data: unknown) => void) =>
        void own.set(event, listener),
    };
    return new ReadMarkers({ models, log, cluster });
  }) as [ReadMarkers, ReadMarkers];
}

it('what another node has sent holds here too, and what it could not store is said again', async () => {
  const { app } = await startApp();
  const models = createModels(app.connection);
  const [here, there] = createPair(models);
  const row = { conversation: newId(), user: newId(), lastReadSeq: 2 };
  const draft = {
    conversationId: row.conversation.toHexString(),
    sender: row.user.toHexString(),
    id: randomUUID(),
    content: 'x',
  };
  const message = (seq: number): MessageView => toNewMessage(draft, seq, new Date(1_000 * seq));
  const messages = [message(3), message(4)];
  expect([here, there].map((node) => node.lastReadSeq(row))).toEqual([2, 2]);
  here.sent(messages);
  there.hear(toHeadMoves(messages));
  expect([here, there].map((node) => node.lastReadSeq(row))).toEqual([4, 4]);
  expect([here, there].map((node) => [...node.latest()])).toEqual(
    [1, 2].map(() => [[message(4).conversationId, new Date(4_000)]]),
  );
  expect([here, there].map(({ movedCount }) => movedCount)).toEqual([1, 1]);
  const asked = [newId().toHexString(), message(4).conversationId];
  expect([...there.latest(asked)]).toEqual([[message(4).conversationId, new Date(4_000)]]);
  there.hear([[message(4).conversationId, 5]]); // a node of the version before
  expect(there.lastReadSeq(row)).toBe(4);

  for (const { collection } of [models.memberships, models.conversations])
    vi.spyOn(collection, 'bulkWrite').mockRejectedValueOnce(new Error('away'));
  here.sent([message(6)]);
  await here.flush();
  expect(there.lastReadSeq(row)).toBe(6);
  expect(there.latest().get(message(6).conversationId)).toEqual(new Date(6_000));
  await here.flush();
  expect(here.lastReadSeq(row)).toBe(6);
});

it.concurrent(
  'a value is remembered for its time, at most twice as long, and never goes back',
  () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const values = new RecentValues<number>(1_000, Math.max);
      const at = (time: number, key: string) => {
        now = time;
        return values.get(key);
      };
      values.note('a', 5);
      values.note('a', 3);
      expect([at(1_000, 'a'), at(1_999, 'a'), at(2_000, 'a')]).toEqual([5, 5, undefined]);
      values.note('b', 1);
      expect([at(2_900, 'b'), [...values.keys()]]).toEqual([1, ['b']]);
      now = 3_100;
      values.note('c', 2);
      expect([at(3_100, 'b'), at(3_100, 'c'), at(4_200, 'b'), at(4_200, 'c')]).toEqual([
        1,
        2,
        undefined,
        2,
      ]);
      expect(at(9_000, 'c')).toBeUndefined();
    } finally {
      clock.mockRestore();
    }
  },
);
