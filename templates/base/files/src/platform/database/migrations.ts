import type { Connection, mongo } from 'mongoose';
import type { Logger } from 'pino';
import { exitCodes, StartError } from '../errors/start-error.ts';

/** What a migration may need of the configuration. */
export interface MigrationTools {
  /** Hides a name key as `reserved_names` has it. */
  readonly seal: (nameKey: string) => { readonly _id: string; readonly kid: string };
}

/** A change of what is stored, which a version of this backend needs. */
export interface Migration {
  /** Four digits and what it does, like its file: `0001-lower-case-names`. */
  readonly name: string;
  /**
   * Changes the data. It must be harmless to do again from the start, since a run may be cut off.
   * Nodes of the version before must be able to live with the result, or are stopped. Names
   * collections and fields itself: the schemas beside it go on changing.
   */
  up(db: mongo.Db, signal: AbortSignal, tools: MigrationTools): Promise<void>;
}

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
  tools: MigrationTools,
): Promise<void> {
  const rows = setUpRows(connection);
  for (const migration of await pendingOf(connection, migrations)) {
    signal.throwIfAborted();
    await migration.up(connection.db as mongo.Db, signal, tools);
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
    throw new StartError(
      exitCodes.configuration,
      `the migration ${pending.name} was not applied: npm run db:setup`,
    );
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
