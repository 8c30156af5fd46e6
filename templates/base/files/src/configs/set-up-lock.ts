import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { setUpRows } from './migrations.ts';

const lockId = 'lock'; // beside the names of migrations, which begin with digits
const leaseMs = 15_000; // after so long whoever died with the lock is replaced
const lookEveryMs = 200;

/**
 * Does work that only one process may do at a time; the others wait for their turn. The clock of the
 * lease is the database's. `signal` tells the work that the lock was lost.
 */
export async function withSetUpLock(
  connection: Connection,
  log: Logger,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const rows = setUpRows(connection);
  const holder = randomUUID();
  const lost = new AbortController();

  /** Takes the lock, or takes it for longer. */
  async function take(): Promise<boolean> {
    const mine = { $eq: ['$holder', holder] };
    const nobodys = { $lt: ['$leaseUntil', '$$NOW'] };
    const until = { $add: ['$$NOW', leaseMs] };
    const { matchedCount } = await rows.updateOne(
      { _id: lockId, $expr: { $or: [mine, nobodys] } },
      [{ $set: { holder, leaseUntil: until } }],
    );
    return matchedCount === 1;
  }

  async function renew(): Promise<void> {
    // A failure is no loss yet: the lease outlives two of them.
    const isMine = await take().catch(() => true);
    if (!isMine) lost.abort(new Error('another process has taken the lock of the set-up'));
  }

  await rows.updateOne(
    { _id: lockId },
    { $setOnInsert: { leaseUntil: new Date(0) } },
    { upsert: true },
  );
  for (let hasSaid = false; !(await take()); hasSaid = true) {
    if (!hasSaid) log.info('another process sets the database up, waiting for it');
    await sleep(lookEveryMs);
  }
  const renewal = setInterval(() => void renew(), leaseMs / 3);
  try {
    await work(lost.signal);
  } finally {
    clearInterval(renewal);
    // Where this fails the lease ends by itself, and what the work threw is what matters.
    await rows
      .updateOne({ _id: lockId, holder }, { $set: { leaseUntil: new Date(0) } })
      .catch(() => {});
  }
}
