import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession, Connection } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';

const maxTries = 100;
const maxPauseMs = 20;

interface TransactionOptions {
  /**
   * Until when it is retried: on the monotonic clock, in milliseconds; by default as limits.ts says.
   */
  readonly deadline?: number;
  /** Errors, other than a write conflict, after which another attempt makes sense. */
  readonly isRepeatable?: (error: unknown) => boolean;
}

/**
 * Does all of `work` or nothing, on one snapshot of the database; `work` may be repeated. Returns
 * its result.
 *
 * After a write conflict it is retried at once, for a bounded time: the driver's own retries go on
 * for two minutes.
 *
 * @throws AppError `unavailable` after that, and when it is not known whether it is stored
 */
export async function withTransaction<Result>(
  connection: Connection,
  work: (session: ClientSession) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const { isRepeatable = () => false } = options;
  const deadline = options.deadline ?? performance.now() + limits.database.transactionMs;
  let conflict: unknown;
  for (let tries = 1; tries <= maxTries && performance.now() < deadline; tries += 1) {
    try {
      return await once(connection, work);
    } catch (error) {
      if (!hasLabel(error, 'TransientTransactionError') && !isRepeatable(error)) throw error;
      conflict = error;
    }
    await sleep(Math.random() * Math.min(2 ** tries, maxPauseMs));
  }
  if (isWriteConflict(conflict)) await endAbandoned(connection).catch(() => {}); // without the right to it
  throw new AppError('unavailable', { cause: conflict });
}

/**
 * Ends transactions that were open for longer than any of a running node: the database keeps those of a
 * process that died for a minute, with their locks. A user of the database may end their own.
 */
async function endAbandoned(connection: Connection): Promise<void> {
  const tooLong = { $gt: limits.database.transactionMs * 1.5 * 1_000 };
  const idle = { type: 'idleSession', 'transaction.timeOpenMicros': tooLong };
  const admin = connection.getClient().db('admin');
  const open = await admin
    .aggregate<{ lsid: { id: unknown } }>([{ $currentOp: { allUsers: false } }, { $match: idle }])
    .toArray();
  const sessions = open.map(({ lsid }) => ({ id: lsid.id }));
  if (sessions.length > 0) await admin.command({ killSessions: sessions });
}

async function once<Result>(
  connection: Connection,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  const session = await connection.startSession();
  try {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
    });
    const result = await work(session);
    await session.commitTransaction();
    return result;
  } catch (error) {
    if (hasLabel(error, 'UnknownTransactionCommitResult'))
      throw new AppError('unavailable', {
        detail: 'The change may or may not be stored.',
        cause: error,
      });
    throw error;
  } finally {
    await session.endSession(); // aborts what was not committed
  }
}

const isWriteConflict = (error: unknown): boolean => (error as { code?: unknown })?.code === 112;

const hasLabel = (error: unknown, label: string): boolean =>
  (error as { hasErrorLabel?: (label: string) => boolean }).hasErrorLabel?.(label) ?? false;
