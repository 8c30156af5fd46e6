import { attachmentLimits } from '../../configs/attachment-limits.ts';
import type { S3Settings } from '../../configs/variables/attachments.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { assertOk, Bucket, getOf, putOf } from './bucket.ts';
import { checkBucket } from './s3-check.ts';
import type { PutRequest, Store, StoredObject } from './store.ts';

/** Keeps uploads in a bucket. */
export class S3Store implements Store {
  readonly #bucket: Bucket;

  constructor({ settings, clock }: { readonly settings: S3Settings; readonly clock: Clock }) {
    this.#bucket = new Bucket(settings, clock);
  }

  put(object: StoredObject, expiresAt: Date): PutRequest {
    const request = putOf(object);
    const { 'content-length': _, ...headers } = request.headers;
    return { url: this.#bucket.sign(request, expiresAt), headers };
  }

  async head(key: string): Promise<number | null> {
    const answer = await this.#bucket.ask({ method: 'HEAD', key }, attachmentLimits.storeMs);
    if (answer.status === 404) return null;
    await assertOk(answer);
    return Number(answer.headers.get('content-length'));
  }

  async start(key: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let missing: number = attachmentLimits.startBytes;
    for await (const piece of this.#bytes(key, attachmentLimits.storeMs, missing)) {
      pieces.push(piece.subarray(0, missing)); // a store may give more than it was asked for
      missing -= piece.length;
      if (missing <= 0) break;
    }
    return Buffer.concat(pieces);
  }

  read(key: string): AsyncIterable<Uint8Array> {
    return this.#bytes(key, attachmentLimits.scanMs);
  }

  url(object: StoredObject & { readonly name: string }, expiresAt: Date): string {
    return this.#bucket.sign(getOf(object.key, object), expiresAt);
  }

  async remove(key: string): Promise<void> {
    const answer = await this.#bucket.ask({ method: 'DELETE', key }, attachmentLimits.storeMs);
    if (answer.status !== 404) await assertOk(answer);
  }

  check(): Promise<void> {
    return checkBucket(this.#bucket);
  }

  async *#bytes(key: string, ms: number, first?: number): AsyncGenerator<Uint8Array> {
    const answer = await this.#bucket.ask({ ...getOf(key), first }, ms);
    if (answer.status === 404) throw notFound();
    await assertOk(answer);
    try {
      yield* answer.body ?? [];
    } catch (error) {
      throw new AppError('unavailable', { cause: error });
    }
  }
}
