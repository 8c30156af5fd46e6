import { createHash, randomBytes } from 'node:crypto';
import { attachmentLimits } from '../../configs/attachment-limits.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import { exitCodes, StartError } from '../../platform/errors/start-error.ts';
import { type Bucket, getOf, type OwnRequest, putOf, reasonOf } from './bucket.ts';
import { contentDisposition } from './content-disposition.ts';

const [sent, other] = [Buffer.from('these bytes'), Buffer.from('other bytes')];
const shown = { name: 'check.txt', type: 'text/plain' };

/**
 * Tries on objects of its own whether a bucket refuses what was not signed. In one that does not, what
 * was checked could be replaced, and what a gate protects be fetched past it.
 *
 * @throws StartError
 */
export async function checkBucket(bucket: Bucket): Promise<void> {
  const ask: Ask = (request) => bucket.ask(request, attachmentLimits.storeMs);
  const keys = [keyOf(), keyOf()] as const;
  try {
    await assertUsable(ask, keys[0]);
    await assertStrict(ask, keys);
    await assertShown(ask, keys[0]);
    await assertRemoved(ask, keys[0]);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new StartError(
      exitCodes.unavailable,
      `S3_ENDPOINT does not answer: ${causeOf(error)}`,
      error,
    );
  } finally {
    await Promise.all(keys.map((key) => ask({ method: 'DELETE', key }).catch(() => {})));
  }
}

type Ask = (request: OwnRequest) => Promise<Response>;

const keyOf = (): string => randomBytes(16).toString('hex');

/** As a client puts `sent`, with a header that nobody has signed. */
function put(ask: Ask, key: string, body: Uint8Array<ArrayBuffer>): Promise<Response> {
  const sha256 = createHash('sha256').update(sent).digest('hex');
  const object = { key, type: shown.type, bytes: sent.length, sha256 };
  return ask({ ...putOf(object), besides: { 'content-encoding': 'gzip' }, body });
}

async function assertUsable(ask: Ask, key: string): Promise<void> {
  // Without the right to list, S3 answers 403 where nothing is.
  const missing = await ask(getOf(key));
  if (missing.status !== 404) throw await refusal(missing);
  const stored = await put(ask, key, sent);
  if (!stored.ok) throw await refusal(stored);
  await stored.body?.cancel();
  const version = stored.headers.get('x-amz-version-id') ?? 'null'; // the word of S3 for none
  if (version !== 'null')
    throw unfit('keeps versions of what was removed: suspend versioning, or take another bucket');
}

async function assertStrict(ask: Ask, [key, spare]: readonly [string, string]): Promise<void> {
  const trials: readonly (readonly [what: string, () => Promise<Response>])[] = [
    ['takes a second object for one key (if-none-match)', () => put(ask, key, sent)],
    ['takes other bytes than were signed (x-amz-checksum-sha256)', () => put(ask, spare, other)],
    // Without parameters, which S3 refuses to strangers in public buckets too.
    ['lets everybody read: make it private', () => ask({ method: 'GET', key, isUnsigned: true })],
  ];
  for (const [what, trial] of trials) {
    const answer = await trial();
    if (answer.ok) throw unfit(what);
    if (isAway(answer)) throw await refusal(answer);
    await answer.body?.cancel();
  }
}

async function assertShown(ask: Ask, key: string): Promise<void> {
  const answer = await ask(getOf(key, shown));
  if (!answer.ok) throw await refusal(answer);
  // Unpacked, they would be no bytes at all.
  const bytes = await answer.arrayBuffer().catch(() => new ArrayBuffer(0));
  const isShown =
    sent.equals(Buffer.from(bytes)) &&
    answer.headers.get('content-disposition') === contentDisposition(shown.name) &&
    answer.headers.get('content-type')?.startsWith(shown.type) === true;
  if (!isShown) throw unfit('hands out files otherwise than it is asked to (response-content-…)');
}

async function assertRemoved(ask: Ask, key: string): Promise<void> {
  const removed = await ask({ method: 'DELETE', key });
  if (!removed.ok) throw await refusal(removed);
  await removed.body?.cancel();
}

const unfit = (what: string): StartError =>
  new StartError(exitCodes.configuration, `the bucket of S3_BUCKET ${what}`);

/** It may answer otherwise later; 501 says that it never will. */
const isAway = ({ status }: Response): boolean => status >= 500 && status !== 501;

/** What the store says to a request of which nothing is wrong but what its owner has set. */
async function refusal(answer: Response): Promise<StartError> {
  const reason = await reasonOf(answer);
  if (isAway(answer)) return new StartError(exitCodes.unavailable, `S3_ENDPOINT answers ${reason}`);
  return unfit(
    `answers ${reason}: look at the S3_ variables; the key needs the rights to put, get, delete and list`,
  );
}

/** `fetch` says why only in the cause of its error. */
function causeOf({ details: { cause } }: AppError): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause;
  const { code, message } = inner as { code?: unknown; message?: unknown };
  return String(code ?? message);
}
