import { newId } from '../../../src/platform/database/ids.ts';
import { until, type TestApp } from '../app.ts';
import { onTestFinished } from '../finish.ts';

/** A write of the database, as its log has it. */
export interface Written {
  readonly collection: string;
  readonly operation: string;
  /** The id of the row. */
  readonly id: string;
  /** What was set. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The whole row of an insert; else empty. */
  readonly row: Readonly<Record<string, unknown>>;
  /** What was committed together has the same place. */
  readonly place: bigint;
}

// What people see. Devices, rate limits and presence have rights of their own.
const watched = ['users', 'conversations', 'memberships', 'messages', 'changes', 'blocks'];

/** Reads every write from now on in the order of their commits; `all` waits for the last one. */
export async function watchWrites({ app }: TestApp) {
  const { db } = app.connection;
  if (db === undefined) throw new Error('the database is not connected');
  const writes: Written[] = [];
  const ended = newId();
  const stream = db.watch<Record<string, unknown>>(
    [{ $match: { 'ns.coll': { $in: [...watched, 'watched'] } } }],
    { batchSize: 1_000 },
  );
  onTestFinished(() => stream.close());
  let isComplete = false;
  stream.on('change', (event) => {
    if (!('documentKey' in event)) return;
    const id = String(event.documentKey._id);
    if (id === String(ended)) isComplete = true;
    writes.push({
      collection: event.ns.coll,
      operation: event.operationType,
      id,
      fields: event.operationType === 'update' ? (event.updateDescription.updatedFields ?? {}) : {},
      row: event.operationType === 'insert' ? event.fullDocument : {},
      place: event.clusterTime?.toBigInt() ?? 0n,
    });
  });
  // The stream begins with its first answer from the database.
  await until(async () => {
    await db.collection('watched').insertOne({});
    return writes.length > 0;
  });
  return {
    async all(): Promise<readonly Written[]> {
      await db.collection<{ _id: unknown }>('watched').insertOne({ _id: ended });
      await until(() => isComplete, 30_000);
      return writes;
    },
  };
}
