import type { mongo } from 'mongoose';
import type { Logger } from 'pino';
import { attachmentLimits as limit } from '../../configs/attachment-limits.ts';
import type { StoredUploadLock } from '../../models/upload-lock.ts';
import type { StoredUpload } from '../../models/upload.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import { duplicateKeyOf } from '../../platform/errors/database-errors.ts';
import type { FeatureContext } from '../feature.ts';
import type { Holding } from './holding.ts';
import type { Store } from './store.ts';
import { after, toDeleted, uploadRows, type UploadRows } from './uploads.ts';

const nobody = toObjectId('0'.repeat(24));
const leaseMs = limit.sweepMs - 10_000; // shorter, so that the next one is on time
const rowsAtOnce = 200;
const patience = 3; // failures of the store, each as long as its deadline
const laterMs = 5 * limit.sweepMs; // for what the store did not remove, so that others have their turn

type Ports = Pick<FeatureContext, 'clock' | 'models' | 'timers'> & {
  readonly log: Logger;
  readonly store: Store;
  readonly holding: Holding;
};

/**
 * Looks each minute, on one node, at uploads whose time is over. Every step asks for what it found, so
 * that two at once, or one that is killed, do no harm.
 */
export class Sweep {
  readonly #ports: Ports;
  readonly #rows: UploadRows;
  readonly #locks: mongo.Collection<StoredUploadLock>;
  readonly #stopping = new AbortController();
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#rows = uploadRows(ports.models);
    this.#locks = rowsOf<StoredUploadLock>(ports.models.uploadLocks);
  }

  start(): void {
    this.#cancel = this.#ports.timers.every(limit.sweepMs, () => this.#begin());
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#stopping.abort();
    await this.#running;
  }

  #begin(): void {
    this.#running ??= this.#sweep()
      .catch((error: unknown) => {
        this.#ports.log.warn({ err: error }, 'uploads were not swept, and will be in a minute');
      })
      .finally(() => (this.#running = undefined));
  }

  async #sweep(): Promise<void> {
    const { clock, holding, store } = this.#ports;
    if (!(await this.#hasLease())) return;
    const over = { $lte: clock.now() };
    await this.#rows.updateMany(
      { status: { $in: ['pending', 'ready'] }, expiresAt: over },
      toDeleted(clock.now()),
    );
    await this.#each({ status: 'attached', expiresAt: over }, async (row) => {
      await holding.settle(row);
      return true;
    });
    let failures = 0;
    await this.#each({ status: 'deleted', expiresAt: over }, async (row) => {
      if (!(await this.#remove(row))) failures += 1;
      return failures < patience;
    });
    await store.tidy?.(after(clock.now(), -limit.pendingMs));
  }

  async #hasLease(): Promise<boolean> {
    const now = this.#ports.clock.now();
    try {
      await this.#locks.updateOne(
        { user: nobody, leaseUntil: { $lt: now } },
        { $set: { leaseUntil: after(now, leaseMs) } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      if (duplicateKeyOf(error) === undefined) throw error;
      return false; // another node has it
    }
  }

  async #each(
    filter: mongo.Filter<StoredUpload>,
    goesOn: (row: StoredUpload) => Promise<boolean>,
  ): Promise<void> {
    for (;;) {
      const some = await this.#rows.find(filter).sort({ expiresAt: 1 }).limit(rowsAtOnce).toArray();
      for (const row of some) if (this.#stopping.signal.aborted || !(await goesOn(row))) return;
      if (some.length < rowsAtOnce) return;
    }
  }

  /** The bytes go at once, the row when no put can bring them again: whether the store did its part. */
  async #remove({ _id, objectKey, timestamp }: StoredUpload): Promise<boolean> {
    const { clock, log, store } = this.#ports;
    const now = clock.now();
    const end = after(timestamp, limit.pendingMs);
    const isRemoved = await store.remove(objectKey).then(
      () => true,
      (error: unknown) => {
        log.warn({ err: error }, 'a file was not removed, and will be');
        return false;
      },
    );
    const expiresAt = isRemoved ? end : after(now, laterMs);
    if (isRemoved && end < now) await this.#rows.deleteOne({ _id, status: 'deleted' });
    else await this.#rows.updateOne({ _id, status: 'deleted' }, { $set: { expiresAt } });
    return isRemoved;
  }
}
