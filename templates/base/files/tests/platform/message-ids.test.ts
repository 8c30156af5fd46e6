import type { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { messageIds } from '../../src/models/migrations/0002-message-ids.ts';
import { toObjectId } from '../../src/platform/database/ids.ts';
import { startApp, testVariables, type TestApp } from '../support/app.ts';
import { numbers } from '../support/node.ts';

const count = 1_203; // more than two steps
const [edited, deleted] = [700, 1_201];
const tools = { seal: () => ({ _id: '', kid: '' }) };
const onward = new AbortController().signal;

const databaseOf = ({ app }: TestApp): mongo.Db => app.connection.db as never;

/** Ids as drivers make them: seconds, a process, a counter. */
const oldId = (counter: number): mongo.ObjectId =>
  toObjectId(`6650a1b2c3d4e5f607${counter.toString(16).padStart(6, '0')}`);

/** Makes of a database one of version 0.1.0 in which a member wrote so many messages. */
async function goBack(app: TestApp, conversationId: string, userId: string): Promise<void> {
  const db = databaseOf(app);
  for (const name of ['messages', 'changes']) await db.dropCollection(name);
  await db.collection('migrations').deleteOne({ _id: messageIds.name as never });
  const fields = (required: string[], types: object) => ({
    validator: { $jsonSchema: { required, properties: types } },
  });
  const objectId = { bsonType: 'objectId' };
  const messages = await db.createCollection(
    'messages',
    fields(['clientMessageId', 'rev'], { _id: objectId, clientMessageId: { bsonType: 'string' } }),
  );
  await messages.createIndex({ conversation: 1, seq: 1 }, { unique: true });
  const repeats = { conversation: 1, sender: 1, clientMessageId: 1 } as const;
  await messages.createIndex(repeats, { unique: true });
  const changes = await db.createCollection('changes', fields(['rev'], { message: objectId }));
  const [conversation, sender] = [toObjectId(conversationId), toObjectId(userId)];
  const at = new Date();
  const rows = numbers(count).map((seq) => {
    const isDeleted = seq === deleted;
    const [rev, content] = [isDeleted ? 2 : Number(seq === edited), isDeleted ? null : `${seq}`];
    const times = { editedAt: seq === edited ? at : null, deletedAt: isDeleted ? at : null };
    const row = { conversation, seq, sender, clientMessageId: `id-${seq}`, content, timestamp: at };
    return { _id: oldId(seq), ...row, rev, ...times };
  });
  await messages.insertMany(rows);
  const toChange = (seq: number, rev: number, type: string) => {
    return { conversation, rev, message: rows[seq - 1]!._id, type, by: sender, timestamp: at };
  };
  await changes.insertMany([toChange(edited, 1, 'edited'), toChange(deleted, 2, 'deleted')]);
}

/** A signal that is aborted when it has been asked so often. */
function abortedAfter(times: number): AbortSignal {
  let left = times;
  const throwIfAborted = (): void => {
    if ((left -= 1) < 0) throw new Error('cut off');
  };
  return { throwIfAborted } as AbortSignal;
}

/** A message as the database has it, without its id. */
const rowsOf = async (app: TestApp) =>
  (await databaseOf(app).collection('messages').find().sort({ seq: 1 }).toArray()).map(
    ({ _id, ...row }) => row,
  );

it('C74 messages of 0.1.0 get UUIDs, also when the migration is cut off, and all else stays', async () => {
  const before = await startApp(testVariables());
  const { conversationId, owner, others } = await before.group(2);
  await goBack(before, conversationId, owner.id);
  const was = await rowsOf(before);
  const messages = databaseOf(before).collection('messages');

  const cut = messageIds.up(databaseOf(before), abortedAfter(2), tools);
  await expect(cut).rejects.toThrow('cut off');
  expect(await messages.countDocuments({ _id: { $type: 'binData' } })).toBe(1_000);
  // A node of 0.1.0 that still runs can add nothing.
  const late = { ...was[0], _id: oldId(0), seq: count + 1, clientMessageId: 'late' };
  await expect(messages.insertOne(late)).rejects.toMatchObject({ code: 121 });

  const after = await startApp(before.variables); // its set-up goes on
  const expected = was.map(({ conversation, seq, sender, content, timestamp, ...times }) => ({
    conversation,
    seq,
    sender,
    content,
    timestamp,
    ...(seq === edited && { rev: 1, editedAt: times['editedAt'] }),
    ...(seq === deleted && { rev: 2, deletedAt: times['deletedAt'] }),
  }));
  expect(await rowsOf(after)).toEqual(expected);

  const reader = after.adopt(others[0]!.session);
  const path = `/conversations/${conversationId}`;
  const page = (await reader.get(`${path}/messages?after=${edited - 2}&limit=3`)).body.items;
  expect(page.map(({ seq, rev }: { seq: number; rev: number }) => [seq, rev])).toEqual([
    [edited - 1, 0],
    [edited, 1],
    [edited + 1, 0],
  ]);
  // The changes name the messages by their new ids.
  const { items } = (await reader.get(`${path}/changes`)).body;
  expect(items).toMatchObject([
    { id: page[1].id, seq: edited, content: String(edited) },
    { seq: deleted, content: null },
  ]);
  // And the index has them in the order in which they were sent.
  const ids = await messages
    .find()
    .sort({ seq: 1 })
    .project<{ _id: mongo.UUID }>({ _id: 1 })
    .toArray();
  const texts = ids.map(({ _id }) => String(_id));
  expect(texts).toEqual(texts.toSorted());
  for (const text of texts) expect(text).toMatch(/^.{14}7.{4}[89ab]/);

  await messageIds.up(databaseOf(after), onward, tools); // once more changes nothing
  expect(await rowsOf(after)).toEqual(expected);
});
