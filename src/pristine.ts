import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** Hash and compressed text of a file, as the record of a project keeps them. */
export interface Pristine {
  /** The first 32 digits of its SHA-256. */
  readonly hash: string;
  /** A raw deflate stream. */
  readonly deflated: Buffer;
}

/** The last block of a deflate stream, empty. */
export const LAST_BLOCK = Buffer.from([3, 0]);

const FULL_FLUSH = 3;

// Compressing takes most of the time of a plan. Templates stay the same and belong to all plans.
const known = new WeakMap<Buffer, Pristine>();

/** Hash and compressed text of these bytes. */
export function pristineOf(bytes: Buffer): Pristine {
  const found = known.get(bytes);
  if (found) return found;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const made = { hash, deflated: Buffer.concat([deflateBlocks(bytes), LAST_BLOCK]) };
  known.set(bytes, made);
  return made;
}

/** Says what `pristineOf` would find. */
export function rememberPristine(bytes: Buffer, pristine: Pristine): void {
  known.set(bytes, pristine);
}

/** Compresses to blocks that refer to nothing before them and let others follow. */
export function deflateBlocks(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { level: 9, finishFlush: FULL_FLUSH });
}
