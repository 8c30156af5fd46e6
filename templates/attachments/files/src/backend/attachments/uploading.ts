import { randomBytes } from 'node:crypto';
import type { ClientSession, mongo } from 'mongoose';
import { attachmentLimits as limit } from '../../configs/attachment-limits.ts';
import type { NewUpload, UploadView } from '../../contract/attachments.ts';
import type { StoredUploadLock } from '../../models/upload-lock.ts';
import type { StoredUpload } from '../../models/upload.ts';
import { newId, toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import { duplicateKeyOf } from '../../platform/errors/database-errors.ts';
import type { FeatureContext } from '../feature.ts';
import { scan } from './clamd.ts';
import { inspectStart, type Inspection } from './file-types.ts';
import type { Store } from './store.ts';
import {
  after,
  toDeleted,
  toObject,
  toUploadView,
  uploadRows,
  type UploadRows,
} from './uploads.ts';

type Ports = Pick<FeatureContext, 'clock' | 'env' | 'models'> & { readonly store: Store };

/** Files on their way: begun, put by their owner past this backend or through it, looked at, there. */
export class Uploading {
  readonly #ports: Ports;
  readonly #rows: UploadRows;
  readonly #locks: mongo.Collection<StoredUploadLock>;
  readonly #completing = new Map<string, Promise<UploadView>>();

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#rows = uploadRows(ports.models);
    this.#locks = rowsOf<StoredUploadLock>(ports.models.uploadLocks);
  }

  /** @throws AppError `unsupported-media-type`, `too-large`, `quota-exceeded` */
  async create(userId: string, said: NewUpload) {
    const { clock, env, models, store } = this.#ports;
    assertTaken(said, env.ATTACHMENT_TYPES);
    const now = clock.now();
    const row: StoredUpload = {
      ...said,
      _id: newId(),
      owner: toObjectId(userId),
      status: 'pending',
      objectKey: randomBytes(16).toString('hex'),
      expiresAt: after(now, limit.pendingMs),
      timestamp: now,
    };
    await withTransaction(models.uploads.db, (session) => this.#insert(row, session), {
      isRepeatable: (error) => duplicateKeyOf(error) !== undefined, // the first two at once
    });
    const expiresAt = after(now, limit.putMs);
    const put = { ...store.put(toObject(row), expiresAt), expiresAt: expiresAt.toISOString() };
    return { upload: toUploadView(row), put: { ...put, headers: { ...put.headers } } };
  }

  /**
   * Whoever asks again meanwhile waits for the same: a file is read and scanned as a whole.
   *
   * @throws AppError `not-found`, `conflict` without bytes, `upload-rejected`, `unavailable`
   */
  complete(userId: string, uploadId: string): Promise<UploadView> {
    const key = `${userId} ${uploadId}`;
    const known = this.#completing.get(key);
    if (known !== undefined) return known;
    const ends = () => void this.#completing.delete(key);
    const completing = this.#complete(userId, uploadId).finally(ends);
    this.#completing.set(key, completing);
    return completing;
  }

  async #complete(userId: string, uploadId: string): Promise<UploadView> {
    const row = await this.#own(userId, uploadId);
    if (row.status !== 'pending') return toUploadView(row);
    const { clock, store } = this.#ports;
    const { problem, ...size } = await this.#inspect(row);
    const pending = { _id: row._id, status: 'pending' } as const;
    if (problem !== undefined) {
      const { modifiedCount } = await this.#rows.updateOne(pending, toDeleted(clock.now()));
      // The sweep does it again: here it is only sooner.
      if (modifiedCount > 0) await store.remove(row.objectKey).catch(() => {});
      throw new AppError('upload-rejected', { detail: `The file ${problem}.` });
    }
    const ready = { status: 'ready', expiresAt: after(clock.now(), limit.readyMs) } as const;
    await this.#rows.updateOne(pending, { $set: { ...ready, ...size } });
    return toUploadView(await this.#own(userId, uploadId));
  }

  /** @throws AppError `not-found`, `conflict` when a message has it */
  async remove(userId: string, uploadId: string): Promise<void> {
    const row = await this.#own(userId, uploadId);
    const { modifiedCount } = await this.#rows.updateOne(
      { _id: row._id, status: { $in: ['pending', 'ready'] } },
      toDeleted(this.#ports.clock.now()),
    );
    if (modifiedCount > 0) return;
    await this.#own(userId, uploadId);
    throw new AppError('conflict', { detail: 'A message has it: delete the message.' });
  }

  /** The user's row is written first, so that of several at once one is counted after the other. */
  async #insert(row: StoredUpload, session: ClientSession): Promise<void> {
    const { owner, bytes = 0 } = row;
    const turn = { $inc: { turn: 1 } };
    await this.#locks.updateOne({ user: owner }, turn, { upsert: true, session });
    const [sum = { bytes: 0, pending: 0 }] = await this.#rows
      .aggregate<{ bytes: number; pending: number }>(
        [
          { $match: { owner } }, // also what is to go: its address may still take the bytes
          { $group: { _id: null, bytes: { $sum: '$bytes' }, pending: { $sum: isPending } } },
        ],
        { session, hint: { owner: 1, status: 1, bytes: 1 } },
      )
      .toArray();
    if (sum.pending >= limit.pendingPerUser)
      throw exceeded(`${limit.pendingPerUser} uploads are not complete: complete or drop one.`);
    if (sum.bytes + (bytes ?? 0) > limit.userBytes)
      throw exceeded(
        `All your files may have ${limit.userBytes} bytes, new ones that were deleted for an hour too: delete others first.`,
      );
    await this.#rows.insertOne(row, { session });
  }

  async #own(userId: string, uploadId: string): Promise<StoredUpload> {
    const own = { _id: toObjectId(uploadId), owner: toObjectId(userId) };
    const row = await this.#rows.findOne({ ...own, status: { $ne: 'deleted' } }, read);
    if (row === null) throw notFound();
    return row;
  }

  async #inspect(row: StoredUpload): Promise<Inspection> {
    const { env, store } = this.#ports;
    const there = await store.head(row.objectKey);
    if (there === null) throw new AppError('conflict', { detail: 'Put the bytes first.' });
    if (there !== row.bytes) return { problem: `does not have ${row.bytes} bytes` };
    const found = inspectStart(await store.start(row.objectKey), row.type ?? '');
    const { ATTACHMENT_CLAMD: clamd } = env;
    if (found.problem !== undefined || clamd === undefined) return found;
    const isBad = await scan(store.read(row.objectKey), clamd);
    return isBad ? { problem: 'is dangerous' } : found;
  }
}

const isPending = { $cond: [{ $eq: ['$status', 'pending'] }, 1, 0] };

const exceeded = (detail: string): AppError => new AppError('quota-exceeded', { detail });

function assertTaken({ type, bytes }: NewUpload, types: readonly string[]): void {
  if (!types.includes(type))
    throw new AppError('unsupported-media-type', { detail: `Send one of ${types.join(', ')}.` });
  if (bytes > limit.fileBytes)
    throw new AppError('too-large', { detail: `Send a file of at most ${limit.fileBytes} bytes.` });
}
