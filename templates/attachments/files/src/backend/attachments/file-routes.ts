import type { IRouter, Request, RequestHandler, Response } from 'express';
import { AppError, invalid, notFound } from '../../platform/errors/app-error.ts';
import { methodNotAllowed } from '../../platform/http/problems.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { contentDisposition } from './content-disposition.ts';
import { pathOf, type DiskStore } from './disk-store.ts';
import { filesPath, type UrlSigner } from './signed-url.ts';
import type { StoredObject } from './store.ts';

interface FilePorts {
  readonly streams: Pick<IRouter, 'get' | 'put' | 'all'>;
  readonly clock: Clock;
  readonly store: DiskStore;
  readonly signer: UrlSigner;
}

/** Mounts what takes files for a folder and hands them out, each by its signed address. */
export function mountFiles({ streams, clock, store, signer }: FilePorts): void {
  /** The put of each object that is under way: of two the newer goes on, since a client that repeats is gone from the older. */
  const running = new Map<string, Request>();

  streams.put(filesPath, async (request, response) => {
    const said = signer.verify('PUT', request.query, clock.now());
    const object = toObject(said, request);
    running.get(object.key)?.destroy();
    running.set(object.key, request);
    const mayPlace = () => void signer.verify('PUT', request.query, clock.now());
    try {
      await store.take(object, whole(request), mayPlace);
      response.status(204).end();
    } catch (error) {
      // Whoever is gone needs no answer.
      if (!request.socket.destroyed) throw error;
    } finally {
      if (running.get(object.key) === request) running.delete(object.key);
    }
  });
  streams.get(filesPath, (request, response) => {
    const said = signer.verify('GET', request.query, clock.now());
    return sendFile(store, said, response);
  });
  const others: RequestHandler = methodNotAllowed(['get', 'put']);
  streams.all(filesPath, others);
}

/** What the address is for. @throws AppError `validation` when something else comes */
function toObject(said: Readonly<Record<string, string>>, { headers }: Request): StoredObject {
  const { key = '', type = '', bytes = '', sha256 = '' } = said;
  const wanted = { 'content-length': bytes, 'content-type': type };
  for (const [name, value] of Object.entries(wanted))
    if (headers[name] !== value)
      throw invalid(`/header/${name}`, `must be ${value}, as the upload was created`);
  return { key, type, bytes: Number(bytes), sha256 };
}

/** A body that is not cut off when its reader gives up, so that there is an answer. */
const whole = (request: Request): AsyncIterable<Uint8Array> =>
  request.iterator({ destroyOnReturn: false });

/** Whatever it is, a browser saves it or shows it in an image, and runs nothing of it. */
async function sendFile(
  store: DiskStore,
  { key = '', type = '', name = '' }: Readonly<Record<string, string>>,
  response: Response,
): Promise<void> {
  response.set({
    'Content-Type': type,
    'Content-Disposition': contentDisposition(name),
    'Content-Security-Policy': "sandbox; default-src 'none'",
    // The address is the right to it, on whatever page.
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  const how = { root: store.folder, etag: false, lastModified: false, cacheControl: false };
  const error = await new Promise<HttpError | undefined>((resolve) =>
    response.sendFile(pathOf(key), how, (failure) => resolve(failure)),
  );
  if (error?.status === 416)
    response
      .status(416)
      .set(error.headers ?? {})
      .end();
  else if (error?.status === 404) throw notFound();
  else if (error !== undefined && error.code !== 'ECONNABORTED' && error.code !== 'ECONNRESET')
    throw new AppError('unavailable', { cause: error });
}

/** What the sender of files says of a failure. */
interface HttpError extends NodeJS.ErrnoException {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}
