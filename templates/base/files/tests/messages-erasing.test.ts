import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createErasing } from '../src/backend/features/messages/erasing.ts';
import { createRewriting } from '../src/backend/features/messages/rewriting.ts';
import { createEvents } from '../src/backend/shared/events.ts';
import { systemClock } from '../src/backend/shared/clock.ts';
import type { Notice } from '../src/backend/sockets/hub.ts';
import { limits } from '../src/configs/limits.ts';
import { createModels } from '../src/models/index.ts';
import { newId } from '../src/backend/shared/ids.ts';
import { startApp, type TestApp } from './support/app.ts';
import { numbers, toStored } from './support/node.ts';
import { profile } from './support/profile.ts';

/** Nobody stops the node. */
const onward = new AbortController().signal;

/** The erasing of a node whose notices are noted. */
function erasingOf({ app }: TestApp) {
  const notices: Notice[] = [];
  const ports = {
    clock: systemClock,
    events: createEvents(),
    models: createModels(app.connection),
    database: { connection: app.connection, onTopologyChange() {} },
    sockets: { notifyAll: (some: readonly Notice[]) => void notices.push(...some) },
  };
  const rewrite = createRewriting(ports as unknown as Parameters<typeof createRewriting>[0]);
  return { ...createErasing(ports, rewrite), notices };
}

async function seed({ app }: TestApp, conversationId: string, senders: readonly string[]) {
  const rows = senders.map((sender, index) =>
    toStored({ conversationId, seq: index + 1, sender, content: `secret ${index + 1}` }),
  );
  await app.connection.collection('messages').insertMany(rows);
}

it('erases what one user wrote in a conversation: one change each, dense revs, everybody told', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [mine, theirs] = [owner.id, others[0]!.id];
  await seed(
    app,
    conversationId,
    numbers(250).map((number) => (number % 5 === 0 ? theirs : mine)),
  );
  const path = `/conversations/${conversationId}`;
  const first = (await owner.get(`${path}/messages?after=0&limit=1`)).body.items[0];
  await owner.patch(`${path}/messages/${first.id}`, { content: 'edited' });

  const erasing = erasingOf(app);
  expect(await erasing.eraseMessagesOf(mine, conversationId, onward)).toBe(200);
  expect(await erasing.eraseMessagesOf(mine, conversationId, onward)).toBe(0); // again: nothing is left

  const rows = await app.app.connection.collection('messages').find().sort({ seq: 1 }).toArray();
  expect(rows.map((row) => row['seq'])).toEqual(numbers(250));
  for (const row of rows)
    expect(row['content']).toBe(String(row['sender']) === mine ? null : `secret ${row['seq']}`);
  const changes = await app.app.connection.collection('changes').find().sort({ rev: 1 }).toArray();
  expect(changes.map((change) => change['rev'])).toEqual(numbers(201));
  expect(erasing.notices).toHaveLength(200);
  expect(new Set(erasing.notices.map((notice) => notice.name))).toEqual(
    new Set(['message:deleted']),
  );

  // A client that has it all follows by the changes alone.
  const { items, lastRev } = (await owner.get(`${path}/changes?limit=100&sinceRev=150`)).body;
  expect([lastRev, items.length]).toEqual([201, 51]);
  expect(items.every((item: { content: unknown }) => item.content === null)).toBe(true);
});

it('erases the content of an archived conversation and of no other', async () => {
  const app = await startApp();
  const [archived, other] = [newId().toHexString(), newId().toHexString()];
  const sender = newId().toHexString();
  for (const id of [archived, other])
    await seed(
      app,
      id,
      numbers(250).map(() => sender),
    );
  const erasing = erasingOf(app);
  expect(await erasing.eraseConversation(archived, onward)).toBe(250);
  expect(await erasing.eraseConversation(archived, onward)).toBe(0);
  const left = await app.app.connection.collection('messages').distinct('conversation', {
    content: { $ne: null },
  });
  expect(left.map(String)).toEqual([other]);
});

it('erasing ends between two steps when its node stops, and begins again elsewhere', async () => {
  const app = await startApp();
  const [conversationId, sender] = [newId().toHexString(), newId().toHexString()];
  await seed(
    app,
    conversationId,
    numbers(250).map(() => sender),
  );
  const erasing = erasingOf(app);
  const stopping = new AbortController();
  const left = () =>
    app.app.connection.collection('messages').countDocuments({ content: { $ne: null } });
  const erased = erasing.eraseConversation(conversationId, stopping.signal);
  stopping.abort(new Error('the node stops'));
  await expect(erased).rejects.toThrow('the node stops');
  expect(await left()).toBeGreaterThan(0);
  await expect(erasing.eraseMessagesOf(sender, conversationId, stopping.signal)).rejects.toThrow(
    'the node stops',
  );
  await erasing.eraseConversation(conversationId, onward);
  expect(await left()).toBe(0);
});

it('erasing waits for its turn among edits, and neither undoes the other', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const path = `/conversations/${conversationId}/messages`;
  const ids: string[] = [];
  for (const number of numbers(10))
    ids.push(
      (await owner.post(path, { clientMessageId: randomUUID(), content: `${number}` })).body.message
        .id,
    );
  const erasing = erasingOf(app);
  const [erased, ...edits] = await Promise.all([
    erasing.eraseMessagesOf(owner.id, conversationId, onward),
    ...ids.map((id) => owner.patch(`${path}/${id}`, { content: 'edited' })),
  ]);
  expect(erased).toBe(10);
  for (const { status } of edits) expect([200, 409]).toContain(status);
  const rows = await app.app.connection.collection('messages').find().toArray();
  expect(rows.map((row) => row['content'])).toEqual(numbers(10).map(() => null));
  const changes = await app.app.connection.collection('changes').find().sort({ rev: 1 }).toArray();
  expect(changes.map((change) => change['rev'])).toEqual(numbers(changes.length));
});

it('C63 what an edit and the erasing read has a limit of time', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seed(app, conversationId, [owner.id, owner.id]);
  const path = `/conversations/${conversationId}/messages`;
  const [first] = (await owner.get(path)).body.items;
  const erasing = erasingOf(app);
  const entries = await profile(app, async () => {
    expect((await owner.patch(`${path}/${first.id}`, { content: 'edited' })).status).toBe(200);
    expect(await erasing.eraseMessagesOf(owner.id, conversationId, onward)).toBe(2);
    await erasing.eraseConversation(conversationId, onward);
  });
  const reads = entries.filter(({ op }) => op === 'query');
  // Two and a check of the right to edit, three of the first erasing, two of the other one.
  expect(reads.length).toBeGreaterThanOrEqual(7);
  for (const { ns, command } of reads)
    expect([ns, command.maxTimeMS]).toEqual([ns, limits.database.queryMs]);
});
