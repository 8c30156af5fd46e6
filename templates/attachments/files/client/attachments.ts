import type { UploadView } from '../src/contract/attachments.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { ProblemError, type Api } from './api.ts';

/** What may go with an upload. */
export interface UploadOptions {
  /** Hears how much of the file was sent, from 0 to 1. */
  readonly progress?: (share: number) => void;
  /** Ends it; the server drops what was sent. */
  readonly signal?: AbortSignal;
}

/** What is repeated when there is no answer: as often, after so many milliseconds and twice as many. */
const tries = 3;
const pauseMs = 1_000;

/** What is larger is not read into memory: the server says how large files may be. */
const hashedBytes = 1_024 ** 3;
const unknownHash = '0'.repeat(64);

/** Other names under which systems know types; what they have no name for is said by its ending. */
const aliases: Readonly<Record<string, string>> = {
  'application/x-zip-compressed': 'application/zip',
  'audio/mp3': 'audio/mpeg',
  'image/jpg': 'image/jpeg',
  'video/ogg': 'audio/ogg',
};
const endings: Readonly<Record<string, string>> = {
  md: 'text/plain',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  txt: 'text/plain',
  webp: 'image/webp',
  zip: 'application/zip',
};

/** So many at once: browsers have six connections to a server, and everything else needs some of them. */
const most = 3;

/** Lets only some work at once; the rest waits in its order. */
class Turns {
  #free = most;
  readonly #waiting: (() => void)[] = [];

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

const turns = new Turns();

/**
 * Uploads a file, three at once, and returns what `attachments` of a send may name. @throws ProblemError
 * for what the server does not take, and the reason of the signal
 */
export const upload = (api: Api, file: File, options: UploadOptions = {}): Promise<UploadView> =>
  turns.take(() => uploadNow(api, file, options));

async function uploadNow(api: Api, file: File, options: UploadOptions): Promise<UploadView> {
  const { signal } = options;
  signal?.throwIfAborted();
  const said = {
    name: file.name,
    type: typeOf(file),
    bytes: file.size,
    sha256: file.size > hashedBytes ? unknownHash : await sha256Of(file),
  };
  signal?.throwIfAborted();
  const begun = await api.call<{ upload: UploadView; put: Put }>('POST', '/uploads', said);
  const path = `/uploads/${begun.upload.id}`;
  try {
    await repeated(() => putFile(api, begun.put, file, options), signal);
    const complete = () => api.call<{ upload: UploadView }>('POST', `${path}/complete`);
    return (await repeated(complete, signal)).upload;
  } catch (error) {
    void api.call('DELETE', path).catch(() => {});
    throw error;
  }
}

/** Where the bytes of a file are for a minute: for an image, or a link that saves it. @throws ProblemError */
export async function downloadUrl(
  api: Api,
  { conversationId, id }: Pick<MessageView, 'conversationId' | 'id'>,
  attachmentId: string,
): Promise<string> {
  const path = `/conversations/${conversationId}/messages/${id}/attachments/${attachmentId}`;
  return absolute(api, (await api.call<{ url: string }>('GET', path)).url);
}

interface Put {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An address is that of another server, or a path of this one. */
const absolute = (api: Api, url: string): string => (url.startsWith('/') ? api.baseUrl + url : url);

function typeOf({ name, type }: File): string {
  const [known = ''] = type.split(';');
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return aliases[known] ?? (known === '' ? (endings[ending] ?? 'application/octet-stream') : known);
}

async function sha256Of(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Again where there was no answer, or one that says that there will be another. */
async function repeated<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let count = 1; ; count += 1)
    try {
      signal?.throwIfAborted();
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const isFinal = error instanceof ProblemError && error.problem.code !== 'unavailable';
      if (isFinal || count === tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * count));
    }
}

/** Puts the bytes; those that are there already are there since the answer to a put was lost. */
async function putFile(api: Api, put: Put, file: File, options: UploadOptions): Promise<void> {
  const url = absolute(api, put.url);
  const { status, body } =
    typeof XMLHttpRequest === 'undefined'
      ? await putByFetch(url, put.headers, file, options)
      : await putByRequest(url, put.headers, file, options);
  if (status < 300 || status === 409 || status === 412) options.progress?.(1);
  else throw toError(status, body);
}

interface PutAnswer {
  readonly status: number;
  readonly body: string;
}

async function putByFetch(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: File,
  { signal }: UploadOptions,
): Promise<PutAnswer> {
  const answer = await fetch(url, { method: 'PUT', headers, body, signal: signal ?? null });
  return { status: answer.status, body: await answer.text() };
}

/** The only one that says how far it is. */
function putByRequest(
  url: string,
  headers: Readonly<Record<string, string>>,
  file: File,
  { progress, signal }: UploadOptions,
): Promise<PutAnswer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => progress?.(loaded / file.size));
    request.addEventListener('load', () =>
      resolve({ status: request.status, body: request.responseText }),
    );
    for (const end of ['error', 'abort', 'timeout'])
      request.addEventListener(end, () => reject(new Error('there was no answer')));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

/** What a store that is none of ours refuses has no problem of ours with it. */
function toError(status: number, body: string): Error {
  const detail = `The store answered ${status}.`;
  if (status >= 500) return new Error(detail);
  try {
    return new ProblemError(JSON.parse(body));
  } catch {
    const code = 'upload-rejected';
    return new ProblemError({ type: `urn:problem:${code}`, title: detail, status, code, detail });
  }
}
