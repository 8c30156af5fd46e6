import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { eraseMessagesOf } from '../../src/backend/account/erase-messages.ts';
import { ConversationAccess } from '../../src/backend/conversations/index.ts';
import { Changes } from '../../src/backend/messages/changes.ts';
import { History } from '../../src/backend/messages/history.ts';
import { MessageParts } from '../../src/backend/messages/parts.ts';
import { limits } from '../../src/configs/limits.ts';
import { createModels } from '../../src/models/index.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { systemClock, systemTimers } from '../../src/platform/lib/time.ts';
import { Events } from '../../src/platform/lib/events.ts';
import type { Cluster, Notice } from '../../src/platform/sockets/socket-api.ts';
import { startApp, until, type TestApp } from '../support/app.ts';
import { createGate, numbers, toStored } from '../support/node.ts';
import { profile } from '../support/profile.ts';
import type { StoredMessage } from '../../src/models/message.ts';

/** Nobody stops the node. */
const onward = new AbortController().signal;

/** The erasing of a node whose notices are noted, and how often its changes asked for rights. */
function erasingOf({ app }: TestApp) {
  const notices: Notice[] = [];
  const asked = { times: 0 };
  const models = createModels(app.connection);
  const cluster = { request: async () => {}, subscribe() {} } as unknown as Cluster;
  const parts = new MessageParts();
  const history = new History({ models, parts });
  const access = new ConversationAccess({ models, cluster, database: { onTopologyChange() {} } });
  const refusalsIn = access.refusalsIn.bind(access);
  access.refusalsIn = (...given) => {
    asked.times += 1;
    return refusalsIn(...given);
  };
  const changes = new Changes({
    access,
    clock: systemClock,
    events: new Events(),
    history,
    models,
    parts,
    timers: systemTimers,
    sockets: { notifyAll: (some: readonly Notice[]) => void notices.push(...some) },
  });
  const messages = {
    removeAll: (...given: Parameters<Changes['removeAll']>) => changes.removeAll(...given),
  };
  const erase = (userId: string, conversationId: string, signal: AbortSignal) =>
    eraseMessagesOf({ history, messages, models }, userId, conversationId, signal);
  return { erase, notices, asked, changes, parts };
}

async function seed({ app }: TestApp, conversationId: string, senders: readonly string[]) {
  const rows = senders.map((sender, index) =>
    toStored({ conversationId, seq: index + 1, sender, content: `secret ${index + 1}` }),
  );
  await app.connection.collection<StoredMessage>('messages').insertMany(rows);
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
  expect(await erasing.erase(mine, conversationId, onward)).toBe(200);
  expect(await erasing.erase(mine, conversationId, onward)).toBe(0); // again: nothing is left

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

it('erasing waits for its turn among edits, and neither undoes the other', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const path = `/conversations/${conversationId}/messages`;
  const ids: string[] = [];
  for (const number of numbers(10))
    ids.push((await owner.post(path, { id: randomUUID(), content: `${number}` })).body.message.id);
  const erasing = erasingOf(app);
  const [erased, ...edits] = await Promise.all([
    erasing.erase(owner.id, conversationId, onward),
    ...ids.map((id) => owner.patch(`${path}/${id}`, { content: 'edited' })),
  ]);
  expect(erased).toBe(10);
  for (const { status } of edits) expect([200, 409]).toContain(status);
  const rows = await app.app.connection.collection('messages').find().toArray();
  expect(rows.map((row) => row['content'])).toEqual(numbers(10).map(() => null));
  const changes = await app.app.connection.collection('changes').find().sort({ rev: 1 }).toArray();
  expect(changes.map((change) => change['rev'])).toEqual(numbers(changes.length));
});

it('erasing ends between two steps when its node stops', async () => {
  const app = await startApp();
  const [conversationId, sender] = [newId().toHexString(), newId().toHexString()];
  await seed(app, conversationId, [sender]);
  const stopped = AbortSignal.abort(new Error('the node stops'));
  const erased = erasingOf(app).erase(sender, conversationId, stopped);
  await expect(erased).rejects.toThrow('the node stops');
  const left = { content: { $ne: null } };
  expect(await app.app.connection.collection('messages').countDocuments(left)).toBe(1);
});

it('what a change stores beside a message goes with it, also when another node erases it meanwhile', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await seed(app, conversationId, [owner.id]);
  const message = await app.app.connection.collection<StoredMessage>('messages').findOne();
  const notes = await app.app.connection.createCollection<{ message: string }>('notes');
  const [writing, erasing] = [erasingOf(app), erasingOf(app)];
  erasing.parts.extend({
    fields: {},
    deleted: (rows, session) =>
      notes.deleteMany({ message: { $in: rows.map((row) => String(row._id)) } }, { session }),
  });
  const [written, committing] = [createGate(), createGate()];
  const note = writing.changes.change({
    type: 'noted',
    permission: () => 'read',
    async apply({ messages, session }) {
      await notes.insertMany(
        [...messages.keys()].map((id) => ({ message: id })),
        { session },
      );
      written.open();
      await committing.passed;
      return new Map(); // nothing of the message changes
    },
  });
  const noted = note({ conversationId, messageId: String(message!._id), userId: others[0]!.id });
  await written.passed;
  let isErased = false;
  const erased = erasing.erase(owner.id, conversationId, onward).finally(() => (isErased = true));
  // It is stored, or in conflict with what is under way and begins again.
  await until(() => isErased || erasing.asked.times > 1);
  committing.open();
  await noted;
  expect(await erased).toBe(1);
  expect(await notes.countDocuments()).toBe(0);
});

it('C63 what the erasing of an account reads of messages has a limit of time', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seed(app, conversationId, [owner.id, owner.id]);
  const erasing = erasingOf(app);
  const entries = await profile(app, async () => {
    expect(await erasing.erase(owner.id, conversationId, onward)).toBe(2);
  });
  const reads = entries.filter(({ op }) => op === 'query');
  // What the user wrote; and in the transaction the messages and the last change.
  expect(reads.length).toBeGreaterThanOrEqual(3);
  for (const { ns, command } of reads)
    expect([ns, command.maxTimeMS]).toEqual([ns, limits.database.queryMs]);
});
