import { createHash, createHmac, type BinaryLike } from 'node:crypto';

/** Who signs, and for which region. */
export interface Credentials {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request that whoever has its address may make until it expires, as it is described here. */
export interface SignedRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** Its query is signed too: no parameter can be added, changed or left out. */
  readonly url: URL;
  /** Names in lower case. They must come with exactly these values; others may come besides. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly at: Date;
  /** 1 to 604,800. */
  readonly seconds: number;
}

const algorithm = 'AWS4-HMAC-SHA256';

/** RFC 3986 §2.3, which the signature asks for; `encodeURIComponent` leaves five signs more. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: BinaryLike, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

type Pair = readonly [name: string, value: string];
const sorted = (pairs: readonly Pair[]): readonly Pair[] =>
  pairs.toSorted(([one], [other]) => (one < other ? -1 : 1));

/**
 * Signs a request in its query, by AWS Signature Version 4 for S3.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presign(
  { method, url, headers = {}, at, seconds }: SignedRequest,
  { region, accessKeyId, secretAccessKey }: Credentials,
): string {
  const time = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, ''); // ISO 8601, basic format
  const day = time.slice(0, 8);
  // A signature counts for one day, region and service: "credential scope".
  const scope = `${day}/${region}/s3/aws4_request`;
  // `host` is always signed, so that no other store takes the request: "canonical headers".
  const signed = sorted(Object.entries({ ...headers, host: url.host }));
  const names = signed.map(([name]) => name).join(';');
  // Sorted by name after they were encoded: "canonical query string".
  const query = sorted(
    [
      ...url.searchParams,
      ['X-Amz-Algorithm', algorithm] as const,
      ['X-Amz-Credential', `${accessKeyId}/${scope}`] as const,
      ['X-Amz-Date', time] as const,
      ['X-Amz-Expires', String(seconds)] as const,
      ['X-Amz-SignedHeaders', names] as const,
    ].map(([name, value]) => [encode(name), encode(value)]),
  )
    .map((pair) => pair.join('='))
    .join('&');
  // In an address the hash of the body is not signed; a checksum among the headers does that.
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = [method, url.pathname, query, lines, names, 'UNSIGNED-PAYLOAD'].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(`AWS4${secretAccessKey}`, day),
  );
  const signature = hmac(key, [algorithm, time, scope, sha256(canonical)].join('\n'));
  return `${url.origin}${url.pathname}?${query}&X-Amz-Signature=${signature.toString('hex')}`;
}
