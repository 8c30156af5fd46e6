import type { Connection, mongo } from 'mongoose';
import type { Logger } from 'pino';
import type { Migration } from '../models/migrations/index.ts';
import { StartError } from './start-error.ts';

/** A migration that was applied, or the lock of the set-up. */
interface SetUpRow {
  readonly _id: string;
  readonly appliedAt?: Date;
  readonly holder?: string;
  readonly leaseUntil?: Date;
}

/** What was done to a database, and the lock of who is doing it. */
export const setUpRows = ({ db }: Connection): mongo.Collection<SetUpRow> => {
  if (db === undefined) throw new Error('the database is not connected');
  return db.collection<SetUpRow>('migrations');
};

/** Applies what a database has not seen yet, in order; each is noted once it is done. */
export async function applyMigrations(
  connection: Connection,
  log: Logger,
  migrations: readonly Migration[],
  signal: AbortSignal,
): Promise<void> {
  const rows = setUpRows(connection);
  for (const migration of await pendingOf(connection, migrations)) {
    signal.throwIfAborted();
    await migration.up(connection.db as mongo.Db, signal);
    signal.throwIfAborted(); // whoever has the lock now does it again, and notes it
    await rows.insertOne({ _id: migration.name, appliedAt: new Date() });
    log.info({ migration: migration.name }, 'migration applied');
  }
}

/** Refuses a database whose data is older than this version. @throws StartError */
export async function checkMigrations(
  connection: Connection,
  migrations: readonly Migration[],
): Promise<void> {
  const [pending] = await pendingOf(connection, migrations);
  if (pending !== undefined)
    throw new StartError(78, `the migration ${pending.name} was not applied: npm run db:setup`);
}

async function pendingOf(
  connection: Connection,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const applied = await setUpRows(connection)
    .find({ _id: { $in: migrations.map(({ name }) => name) } })
    .toArray();
  const names = new Set(applied.map((row) => row._id));
  return migrations.filter(({ name }) => !names.has(name));
}
