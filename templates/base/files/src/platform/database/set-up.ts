import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { checkIndexes, checkValidators, createIndexes, setValidators } from './collections.ts';
import {
  applyMigrations,
  checkMigrations,
  setUpRows,
  type Migration,
  type MigrationTools,
} from './migrations.ts';

const lockId = 'lock'; // beside the names of migrations, which begin with digits
const leaseMs = 15_000; // after this time a process that died with the lock is replaced
const lookEveryMs = 200;

/**
 * Prepares a database for this version: migrations, then collections with their indexes, then their
 * validators. One process at a time does it; repeating it changes nothing. @throws StartError
 */
export async function setUpDatabase(
  connection: Connection,
  { log, ...tools }: MigrationTools & { readonly log: Logger },
  migrations: readonly Migration[],
): Promise<void> {
  await withLock(connection, log, async (signal) => {
    await applyMigrations(connection, log, migrations, signal, tools);
    await createIndexes(connection);
    await setValidators(connection);
  });
}

/** Refuses a database that was not prepared for this version. @throws StartError */
export async function checkSetUp(
  connection: Connection,
  migrations: readonly Migration[],
): Promise<void> {
  await checkIndexes(connection);
  await checkValidators(connection);
  await checkMigrations(connection, migrations);
}

/** The lock of the set-up of a database, as one process holds it; its lease ends by the database's clock. */
class SetUpLock {
  readonly #rows: ReturnType<typeof setUpRows>;
  readonly #holder = randomUUID();

  constructor(connection: Connection) {
    this.#rows = setUpRows(connection);
  }

  /** Takes the lock, or takes it for longer. */
  async take(): Promise<boolean> {
    const mine = { $eq: ['$holder', this.#holder] };
    const nobodys = { $lt: ['$leaseUntil', '$$NOW'] };
    const until = { $add: ['$$NOW', leaseMs] };
    const { matchedCount } = await this.#rows.updateOne(
      { _id: lockId, $expr: { $or: [mine, nobodys] } },
      [{ $set: { holder: this.#holder, leaseUntil: until } }],
    );
    return matchedCount === 1;
  }

  /** Waits until it is taken. */
  async wait(log: Logger): Promise<void> {
    const free = { $setOnInsert: { leaseUntil: new Date(0) } };
    await this.#rows.updateOne({ _id: lockId }, free, { upsert: true });
    for (let hasSaid = false; !(await this.take()); hasSaid = true) {
      if (!hasSaid) log.info('another process sets the database up, waiting for it');
      await sleep(lookEveryMs);
    }
  }

  async release(): Promise<void> {
    const free = { $set: { leaseUntil: new Date(0) } };
    await this.#rows.updateOne({ _id: lockId, holder: this.#holder }, free);
  }
}

/**
 * Does work that only one process may do at a time; the others wait for their turn. `signal` tells
 * the work that the lock was lost.
 */
async function withLock(
  connection: Connection,
  log: Logger,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lock = new SetUpLock(connection);
  const lost = new AbortController();
  await lock.wait(log);
  const renewal = setInterval(() => void renew(lock, lost), leaseMs / 3);
  try {
    await work(lost.signal);
  } finally {
    clearInterval(renewal);
    // Where this fails the lease expires, and what the work threw is what matters.
    await lock.release().catch(() => {});
  }
}

async function renew(lock: SetUpLock, lost: AbortController): Promise<void> {
  // One failure does not lose the lock: the lease outlives two of them.
  const isMine = await lock.take().catch(() => true);
  if (!isMine) lost.abort(new Error('another process has taken the lock of the set-up'));
}
