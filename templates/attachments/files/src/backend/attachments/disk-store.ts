import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { attachmentLimits } from '../../configs/attachment-limits.ts';
import { AppError, invalid, notFound } from '../../platform/errors/app-error.ts';
import { exitCodes, StartError } from '../../platform/errors/start-error.ts';
import { byDeadline } from '../../platform/lib/time.ts';
import type { UrlSigner } from './signed-url.ts';
import type { PutRequest, Store, StoredObject } from './store.ts';

const putting = 'incoming'; // the folder of what is on its way

/** Keeps files in a folder, which several nodes may share; file-routes.ts takes them and hands them out. */
export class DiskStore implements Store {
  readonly folder: string;
  readonly #signer: UrlSigner;

  constructor(folder: string, signer: UrlSigner) {
    this.folder = resolve(folder);
    this.#signer = signer;
  }

  put({ key, type, bytes, sha256 }: StoredObject, expiresAt: Date): PutRequest {
    const said = { key, type, bytes: String(bytes), sha256 };
    return { url: this.#signer.sign('PUT', said, expiresAt), headers: { 'content-type': type } };
  }

  url({ key, type, name }: StoredObject & { readonly name: string }, expiresAt: Date): string {
    return this.#signer.sign('GET', { key, type, name }, expiresAt);
  }

  /**
   * Takes the bytes of an object, and none that are not its own; until they are all there nobody finds
   * them. @throws AppError `validation` for other bytes, `conflict` when they are there, `unavailable`
   */
  async take(
    object: StoredObject,
    source: AsyncIterable<Uint8Array>,
    mayPlace: () => void,
  ): Promise<void> {
    const path = join(this.folder, pathOf(object.key));
    const part = join(this.folder, putting, `${object.key}.${randomBytes(8).toString('hex')}`);
    try {
      const file = createWriteStream(part, { flags: 'wx', flush: true });
      await pipeline(source, (pieces) => verified(pieces, object), file);
      mayPlace();
      await mkdir(dirname(path), { recursive: true });
      await link(part, path); // which never replaces what is there
      await flush(dirname(path));
    } catch (error) {
      throw toRefusal(error);
    } finally {
      await rm(part, { force: true });
    }
  }

  async head(key: string): Promise<number | null> {
    const found = await answered(stat(join(this.folder, pathOf(key))).catch(orNone));
    return found?.size ?? null;
  }

  async start(key: string): Promise<Uint8Array> {
    const read = async () => {
      const file = await open(join(this.folder, pathOf(key))).catch(orNone);
      if (file === undefined) throw notFound();
      const { startBytes } = attachmentLimits;
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    };
    return answered(read());
  }

  async *read(key: string): AsyncIterable<Uint8Array> {
    try {
      yield* createReadStream(join(this.folder, pathOf(key))) as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? notFound() : toRefusal(error);
    }
  }

  async remove(key: string): Promise<void> {
    await answered(rm(join(this.folder, pathOf(key)), { force: true }));
  }

  async check(): Promise<void> {
    const [part, path] = ['a', 'b'].map((end) =>
      join(this.folder, putting, `check.${randomBytes(8).toString('hex')}.${end}`),
    ) as [string, string];
    try {
      await mkdir(dirname(part), { recursive: true });
      await writeFile(part, '');
      await link(part, path);
      const isReplaced = await link(part, path).then(
        () => true,
        () => false,
      );
      if (isReplaced) throw new Error('it replaces files by links');
    } catch (error) {
      const why = codeOf(error) ?? (error as Error).message;
      throw new StartError(
        exitCodes.configuration,
        `ATTACHMENT_DIR ${this.folder} cannot be used (${why}): name a folder that this user may write, on a file system with hard links`,
        error,
      );
    } finally {
      for (const file of [part, path]) await rm(file, { force: true }).catch(() => {});
    }
  }

  /** Removes what nodes that were killed have left of files on their way. */
  async tidy(before: Date): Promise<void> {
    const parts = join(this.folder, putting);
    for (const name of await readdir(parts)) {
      const found = await stat(join(parts, name)).catch(orNone);
      if (found !== undefined && found.mtime < before) await rm(join(parts, name), { force: true });
    }
  }
}

/** Where an object lies in the folder: no folder has more than a part of them. */
export function pathOf(key: string): string {
  if (!/^[0-9a-f]{32}$/.test(key)) throw notFound();
  return `${key.slice(0, 2)}/${key}`;
}

/** Passes on what an object is said to be. @throws AppError `validation` at the end of anything else */
async function* verified(pieces: AsyncIterable<Uint8Array>, { bytes, sha256 }: StoredObject) {
  const hash = createHash('sha256');
  let count = 0;
  for await (const piece of pieces) {
    count += piece.length;
    if (count > bytes) break;
    hash.update(piece);
    yield piece;
  }
  if (count !== bytes || hash.digest('hex') !== sha256)
    throw invalid('', `is another file: send the ${bytes} bytes that the upload was created for`);
}

/** A name in a folder is there for good only once the folder is written. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What the disk does not do in time, or not at all, is `unavailable`. */
async function answered<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await byDeadline(work, performance.now() + attachmentLimits.storeMs);
  } catch (error) {
    throw toRefusal(error);
  }
}

function toRefusal(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (codeOf(error) === 'EEXIST')
    return new AppError('conflict', { detail: 'The bytes are there: complete the upload.' });
  return new AppError('unavailable', { cause: error });
}

function orNone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
