import { mongo } from 'mongoose';
import type { Migration } from '../../platform/database/migrations.ts';

const batchSize = 500;
const indexNotFound = 27;
const repeatsBefore = 'conversation_1_sender_1_clientMessageId_1';
/** What a message has only once it is set. */
const setLater: ReadonlySet<string> = new Set(['rev', 'editedAt', 'deletedAt']);

/**
 * A message's id is a UUID, which its sender's client makes. Those of before get one that follows from
 * the id that they had, so that a run which was cut off is continued; their `clientMessageId` goes.
 * Nodes of the version before cannot live with that: whatever they send is refused from here on.
 */
export const messageIds: Migration = {
  name: '0002-message-ids',
  async up(db, signal) {
    const names = await db.listCollections({}, { nameOnly: true }).toArray();
    const isThere = (collection: string): boolean => names.some(({ name }) => name === collection);
    if (isThere('messages')) await renewMessages(db, signal);
    if (isThere('changes')) await renewChanges(db, signal);
  },
};

type Row = mongo.WithId<mongo.Document>;

async function renewMessages(db: mongo.Db, signal: AbortSignal): Promise<void> {
  await requireUuid(db, 'messages', '_id');
  const dropped = db.collection('messages').dropIndex(repeatsBefore);
  await dropped.catch(ignoreMissing); // it would take the renewed ones of a sender for repeats
  await inBatches(signal, (after) => renewBatch(db, after));
}

/** Renews the messages behind an id, as many as fit into one transaction; returns the last of them. */
function renewBatch(db: mongo.Db, after: mongo.ObjectId): Promise<mongo.ObjectId | undefined> {
  const messages = db.collection<Row>('messages');
  return db.client.withSession((session) =>
    session.withTransaction(async () => {
      const rows = await messages
        .find({ _id: { $gt: after } }, { session })
        .sort({ _id: 1 })
        .limit(batchSize)
        .toArray();
      if (rows.length === 0) return undefined;
      const _id = { $in: rows.map((row) => row._id) };
      await messages.deleteMany({ _id }, { session }); // first: their places are unique
      await db.collection('messages').insertMany(rows.map(renewed), { session });
      return rows.at(-1)?._id;
    }),
  );
}

function renewed(row: Row): mongo.Document {
  const fields = Object.entries(row).filter(
    ([field, value]) => field !== 'clientMessageId' && (value || !setLater.has(field)),
  );
  return { ...Object.fromEntries(fields), _id: uuidOf(row._id) };
}

async function renewChanges(db: mongo.Db, signal: AbortSignal): Promise<void> {
  const changes = db.collection<Row>('changes');
  await requireUuid(db, 'changes', 'message');
  await inBatches(signal, async (after) => {
    const rows = await changes
      .find({ _id: { $gt: after }, message: { $type: 'objectId' } })
      .sort({ _id: 1 })
      .limit(batchSize)
      .toArray();
    const updates = rows.map(({ _id, message }) => ({
      updateOne: { filter: { _id }, update: { $set: { message: uuidOf(message) } } },
    }));
    if (updates.length > 0) await changes.bulkWrite(updates, { ordered: false });
    return rows.at(-1)?._id;
  });
}

/** Does work behind the last id that it did, until it finds nothing. */
async function inBatches(
  signal: AbortSignal,
  work: (after: mongo.ObjectId) => Promise<mongo.ObjectId | undefined>,
): Promise<void> {
  let last: mongo.ObjectId | undefined = new mongo.ObjectId('0'.repeat(24));
  while (last !== undefined) {
    signal.throwIfAborted();
    last = await work(last);
  }
}

/** From now on only rows with a UUID come in; the set-up makes its own validator of it at the end. */
const requireUuid = (db: mongo.Db, collMod: string, field: string): Promise<unknown> =>
  db.command({
    collMod,
    validator: { [field]: { $type: 'binData' } },
    validationLevel: 'moderate',
  });

/** A UUID of version 7 (RFC 9562, section 5.7) with the time of an ObjectId and what else tells it apart. */
function uuidOf(id: mongo.ObjectId): mongo.UUID {
  const time = id.getTimestamp().getTime().toString(16).padStart(12, '0');
  const rest = id.toHexString().slice(8);
  return new mongo.UUID(`${time}7${rest.slice(0, 3)}800${rest.slice(3)}`);
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: unknown }).code !== indexNotFound) throw error;
}
