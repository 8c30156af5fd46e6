import type { S3Settings } from '../../configs/variables/attachments.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { contentDisposition } from './content-disposition.ts';
import { presign, type SignedRequest } from './signature-v4.ts';
import type { StoredObject } from './store.ts';

/** A request for one object of the bucket. */
export interface BucketRequest extends Pick<SignedRequest, 'method' | 'headers'> {
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** How exactly these bytes are put, once: the store refuses others, another type and a second time. */
export const putOf = ({ key, type, bytes, sha256 }: StoredObject) => ({
  method: 'PUT' as const,
  key,
  headers: {
    'content-length': String(bytes),
    'content-type': type,
    'if-none-match': '*',
    'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
  },
});

/**
 * How bytes are got, always as they lie: with a `content-encoding`, which a client may put beside them
 * and nobody checks, whoever gets them would unpack them. To clients they are a file to save.
 */
export const getOf = (key: string, shown?: { readonly name: string; readonly type: string }) => ({
  method: 'GET' as const,
  key,
  query: {
    'response-content-encoding': 'identity',
    ...(shown && {
      'response-content-disposition': contentDisposition(shown.name),
      'response-content-type': shown.type,
      'response-cache-control': 'private, no-store',
    }),
  },
});

/** The same, which this backend makes. */
export interface OwnRequest extends BucketRequest {
  /** The first bytes only. */
  readonly first?: number | undefined;
  /** Headers that are not signed. */
  readonly besides?: Readonly<Record<string, string>>;
  readonly isUnsigned?: boolean;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const second = 1_000;
const ownSeconds = 60; // how long an address lives that nobody else gets

/** A bucket of an S3 service, by nothing but signed addresses. */
export class Bucket {
  readonly #settings: S3Settings;
  readonly #clock: Clock;

  constructor(settings: S3Settings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** The address at which a client makes a request, until it expires. */
  sign(request: BucketRequest, expiresAt: Date): string {
    const at = this.#clock.now();
    const seconds = Math.floor((expiresAt.getTime() - at.getTime()) / second);
    return this.#sign(request, this.#urlOf(request, this.#settings.publicEndpoint), at, seconds);
  }

  /** Makes a request. @throws AppError `unavailable` where there is no answer in time */
  async ask({ first, besides, body, isUnsigned, ...request }: OwnRequest, ms: number) {
    // Every client sets the length by itself, and fetch would send it twice.
    const { 'content-length': _, ...headers } = request.headers ?? {};
    const range = first === undefined ? {} : { range: `bytes=0-${first - 1}` };
    const url = this.#urlOf(request, this.#settings.endpoint);
    const at = new Date(); // the store asks the machine's clock, whatever a test makes of ours
    try {
      return await fetch(isUnsigned ? url : this.#sign(request, url, at, ownSeconds), {
        method: request.method,
        headers: { ...headers, ...range, ...besides },
        ...(body && { body }),
        redirect: 'manual', // what is signed for one host is nothing to another
        signal: AbortSignal.timeout(ms),
      });
    } catch (error) {
      throw new AppError('unavailable', { cause: error });
    }
  }

  /** Keys are hexadecimal, and buckets have names as hosts have: nothing in the path is encoded. */
  #urlOf({ key, query = {} }: BucketRequest, endpoint: string): URL {
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${this.#settings.bucket}/${key}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  #sign({ method, headers = {} }: BucketRequest, url: URL, at: Date, seconds: number): string {
    return presign({ method, url, headers, at, seconds: Math.max(seconds, 1) }, this.#settings);
  }
}

/** @throws AppError `unavailable` that says in its cause what the store has answered */
export async function assertOk(answer: Response): Promise<void> {
  if (answer.ok) return;
  const cause = new Error(`the store of attachments answered ${await reasonOf(answer)}`);
  throw new AppError('unavailable', { cause });
}

/** The status and the code of an error. @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export async function reasonOf(answer: Response): Promise<string> {
  const text = await answer.text().catch(() => '');
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
}
