import type { mongo } from 'mongoose';
import { nameKeyOf } from '../../contract/name-key.ts';
import type { Migration, MigrationTools } from '../../platform/database/migrations.ts';

const batchSize = 500;
const duplicateKey = 11_000;

/**
 * From now on no two names may look the same: of existing ones the oldest has the key. Names of
 * erased users, which stayed readable, are hidden; they stay taken.
 */
export const nameKeys: Migration = {
  name: '0001-name-keys',
  async up(db, signal, tools) {
    await hideErased(db, signal, tools);
    const users = db.collection('users');
    const nameKey = { $type: 'string' };
    await users.createIndex({ nameKey: 1 }, { unique: true, partialFilterExpression: { nameKey } });
    const rows = users
      .find(
        { nameKey: { $exists: false }, status: { $ne: 'erased' } },
        { projection: { username: 1 } },
      )
      .sort({ _id: 1 }); // as old as they are
    for (let batch = await take(rows); batch.length > 0; batch = await take(rows)) {
      signal.throwIfAborted();
      await giveKeys(users, batch);
    }
  },
};

type Row = mongo.WithId<mongo.BSON.Document>;

async function take(cursor: mongo.FindCursor<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  while (rows.length < batchSize) {
    const row = await cursor.next();
    if (row === null) break;
    rows.push(row);
  }
  return rows;
}

async function giveKeys(users: mongo.Collection, rows: readonly Row[]): Promise<void> {
  const eldest = new Map<string, unknown>();
  for (const { _id, username } of rows) {
    const key = nameKeyOf(String(username));
    if (!eldest.has(key)) eldest.set(key, _id);
  }
  const updates = [...eldest].map(([nameKey, _id]) => ({
    updateOne: { filter: { _id: _id as mongo.ObjectId }, update: { $set: { nameKey } } },
  }));
  // The index says which of them have a key that an older one has.
  await users.bulkWrite(updates, { ordered: false }).catch(ignoreDuplicates);
}

async function hideErased(
  db: mongo.Db,
  signal: AbortSignal,
  { seal }: MigrationTools,
): Promise<void> {
  const users = db.collection('users');
  const names = db.collection<{ _id: string; kid: string }>('reserved_names');
  const rows = users.find({ status: 'erased', username: { $not: /^deleted-[0-9a-f]{24}$/ } });
  for await (const { _id, username } of rows) {
    signal.throwIfAborted();
    // First: a run that is cut off in between must not free the name.
    await names.insertOne(seal(nameKeyOf(String(username)))).catch(ignoreDuplicates);
    await users.updateOne({ _id }, { $set: { username: `deleted-${_id.toHexString()}` } });
  }
}

function ignoreDuplicates(error: unknown): void {
  const { code, writeErrors } = error as { code?: unknown; writeErrors?: { code: number }[] };
  const codes = writeErrors?.length ? writeErrors.map((one) => one.code) : [code];
  if (codes.some((one) => one !== duplicateKey)) throw error;
}
