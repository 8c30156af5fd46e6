import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { S3Store } from '../../src/backend/attachments/s3-store.ts';
import type { PutRequest, StoredObject } from '../../src/backend/attachments/store.ts';
import { attachmentLimits } from '../../src/configs/attachment-limits.ts';
import type { S3Settings } from '../../src/configs/variables/attachments.ts';
import { setAttachmentLimits } from '../support/attachment-limits.ts';
import { startLaxS3, type Laxness } from '../support/lax-s3.ts';
import { startS3, versitygw } from '../support/s3.ts';

const clock = { now: () => new Date() };
const soon = (): Date => new Date(Date.now() + 60_000);
const storeOf = (settings: S3Settings): S3Store => new S3Store({ settings, clock });

function objectOf(body: Buffer, type = 'image/png'): StoredObject {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { key: randomBytes(16).toString('hex'), type, bytes: body.length, sha256 };
}

/** Sends exactly this, which fetch would look at first; null is a connection that was ended. */
const send = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<number | null> =>
  new Promise((resolve) => {
    const sent = request(url, { method: 'PUT', headers }, (answer) => {
      void text(answer).then(
        () => resolve(answer.statusCode ?? 0),
        () => resolve(null),
      );
    });
    sent.once('error', () => resolve(null));
    sent.end(body);
  });

const put = ({ url, headers }: PutRequest, body: Buffer): Promise<number | null> =>
  send(url, { ...headers, 'content-length': String(body.length) }, body);

const isRefused = (status: number | null): boolean =>
  status === null || (status >= 400 && status < 500);

it.skipIf(versitygw === undefined)(
  'S59 what was put is found, read and handed out as a file under its name',
  async () => {
    const { settings } = await startS3();
    const store = storeOf(settings);
    const body = randomBytes(2 * attachmentLimits.startBytes + 1);
    const object = objectOf(body);
    expect(await store.head(object.key)).toBeNull();
    expect(await put(store.put(object, soon()), body)).toBe(200);
    expect(await store.head(object.key)).toBe(body.length);
    expect(
      body.subarray(0, attachmentLimits.startBytes).equals(await store.start(object.key)),
    ).toBe(true);
    expect(body.equals(await buffer(store.read(object.key)))).toBe(true);

    const answer = await fetch(store.url({ ...object, name: 'größe 👋.png' }, soon()));
    expect(body.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-disposition': "attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%F0%9F%91%8B.png",
      'content-type': 'image/png',
      'cache-control': 'private, no-store',
    });

    await store.remove(object.key);
    await store.remove(object.key);
    expect(await store.head(object.key)).toBeNull();
    await expect(store.start(object.key)).rejects.toMatchObject({ code: 'not-found' });
    await expect(buffer(store.read(object.key))).rejects.toMatchObject({ code: 'not-found' });
  },
);

it.skipIf(versitygw === undefined)(
  'S60 C86 nothing but what was signed is taken, and that once',
  async () => {
    const { settings } = await startS3();
    const store = storeOf(settings);
    const [body, other] = [randomBytes(5_000), randomBytes(5_000)];
    const object = objectOf(body);
    const { url, headers } = store.put(object, soon());
    const length = { 'content-length': String(body.length) };
    const elsewhere = storeOf({ ...settings, secretAccessKey: 'another' }).put(object, soon());
    const changed = (from: string | RegExp, to: string): string => url.replace(from, to);
    const { 'x-amz-checksum-sha256': sum, ...withoutSum } = headers;
    const { 'if-none-match': once, ...withoutOnce } = headers;
    const otherSum = { ...headers, 'x-amz-checksum-sha256': objectOf(other).sha256 };
    const wrong: [what: string, url: string, headers: Record<string, string>, body: Buffer][] = [
      ['other bytes', url, { ...headers, ...length }, other],
      [
        'more bytes',
        url,
        { ...headers, 'content-length': '5001' },
        Buffer.concat([body, body]).subarray(0, 5_001),
      ],
      ['no length', url, { ...headers, 'transfer-encoding': 'chunked' }, body],
      ['another type', url, { ...headers, ...length, 'content-type': 'text/html' }, body],
      ['another checksum', url, { ...otherSum, ...length }, other],
      ['no checksum', url, { ...withoutSum, ...length }, other],
      ['as often as one likes', url, { ...withoutOnce, ...length }, body],
      ['another key', changed(object.key, objectOf(body).key), { ...headers, ...length }, body],
      ['a longer life', changed(/Expires=\d+/, 'Expires=900'), { ...headers, ...length }, body],
      ['one parameter more', `${url}&acl`, { ...headers, ...length }, body],
      ['a header of the store', url, { ...headers, ...length, 'x-amz-acl': 'public-read' }, body],
      ['another secret', elsewhere.url, { ...headers, ...length }, body],
      ['no signature', url.slice(0, url.indexOf('?')), { ...headers, ...length }, body],
    ];
    expect([sum, once]).toEqual([expect.any(String), '*']);
    for (const [what, ...parts] of wrong)
      expect([what, isRefused(await send(...parts))]).toEqual([what, true]);
    expect(await store.head(object.key)).toBeNull();

    expect(await put({ url, headers }, body)).toBe(200);
    expect(isRefused(await put({ url, headers }, body))).toBe(true);
    expect(
      isRefused(await put(store.put({ ...objectOf(other), key: object.key }, soon()), other)),
    ).toBe(true);
    expect(body.equals(await buffer(store.read(object.key)))).toBe(true);

    const spare = objectOf(body);
    const past = { now: () => new Date(Date.now() - 120_000) };
    const expired = new S3Store({ settings, clock: past }).put(
      spare,
      new Date(Date.now() - 60_000),
    );
    expect(isRefused(await put(expired, body))).toBe(true);
    expect(await store.head(spare.key)).toBeNull();
  },
);

it.skipIf(versitygw === undefined)(
  'S60 an address for reading is as it was signed, and ends',
  async () => {
    const { settings } = await startS3();
    const store = storeOf(settings);
    const body = randomBytes(100);
    const object = { ...objectOf(body), name: 'a.png' };
    await put(store.put(object, soon()), body);
    const url = store.url(object, soon());
    const past = { now: () => new Date(Date.now() - 121_000) };
    const old = new S3Store({ settings, clock: past }).url(object, new Date(Date.now() - 61_000));
    const statusOf = async (address: string, method = 'GET'): Promise<number> => {
      const answer = await fetch(address, { method });
      await answer.arrayBuffer();
      return answer.status;
    };
    expect(await statusOf(url)).toBe(200);
    for (const wrong of [
      url.replace('attachment', 'inline'),
      url.replace('image%2Fpng', 'text%2Fhtml'),
      url.replace(/Expires=\d+/, 'Expires=900'),
      url.replace(/&response-content-disposition=[^&]+/, ''),
      url.replace(object.key, objectOf(body).key),
      url.slice(0, url.indexOf('?')),
      old,
    ])
      expect(await statusOf(wrong)).toBe(403);
    for (const method of ['PUT', 'DELETE']) expect(await statusOf(url, method)).toBe(403);
    expect(await statusOf(url)).toBe(200);
  },
);

it.skipIf(versitygw === undefined)(
  'C87 C89 bytes stay as they lie, though a header beside them says that they are packed',
  async () => {
    const { settings } = await startS3();
    const store = storeOf(settings);
    const body = gzipSync(Buffer.alloc(10_000_000));
    const object = objectOf(body);
    const { url, headers } = store.put(object, soon());
    const packed = {
      ...headers,
      'content-encoding': 'gzip',
      'content-length': String(body.length),
    };
    expect(await send(url, packed, body)).toBe(200);
    expect(await store.head(object.key)).toBe(body.length);
    expect(body.equals(await store.start(object.key))).toBe(true);
    expect(body.equals(await buffer(store.read(object.key)))).toBe(true);
    const answer = await fetch(store.url({ ...object, name: 'a.png' }, soon()));
    expect(body.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
  },
);

it.skipIf(versitygw === undefined)(
  'C86 a real store passes the check of the start, which leaves nothing behind',
  async () => {
    const s3 = await startS3();
    await storeOf(s3.settings).check();
    expect(await s3.objects()).toEqual([]);
  },
);

it.skipIf(versitygw === undefined)(
  'C86 a start without the right settings ends with 78 and names what to look at',
  async () => {
    const { settings } = await startS3();
    for (const wrong of [
      { secretAccessKey: 'another' },
      { bucket: 'absent' },
      { accessKeyId: 'nobody' },
    ])
      await expect(storeOf({ ...settings, ...wrong }).check()).rejects.toMatchObject({
        exitCode: 78,
        message: expect.stringMatching(
          /^the bucket of S3_BUCKET answers 40[34] \w+: look at the S3_/,
        ),
      });
  },
);

it('C86 the check takes a store that does as it must', async () => {
  await expect(storeOf(await startLaxS3()).check()).resolves.toBeUndefined();
});

const laxness: [lax: Laxness, exitCode: number, message: RegExp][] = [
  ['overwrites', 78, /takes a second object/],
  ['other-bytes', 78, /takes other bytes/],
  ['public', 78, /lets everybody read/],
  ['own-headers', 78, /hands out files otherwise/],
  ['versions', 78, /keeps versions/],
  ['full', 69, /answers 507/],
];

it.each(laxness)('C86 a store that is lax does not start: %s', async (lax, exitCode, message) => {
  await expect(storeOf(await startLaxS3(lax)).check()).rejects.toMatchObject({
    exitCode,
    message: expect.stringMatching(message),
  });
});

it.skipIf(versitygw === undefined)(
  'F34 a store that is gone is unavailable, and so is one that takes no notice',
  async () => {
    const s3 = await startS3();
    const store = storeOf(s3.settings);
    const object = objectOf(randomBytes(100));
    const expectUnavailable = async (): Promise<void> => {
      for (const work of [
        () => store.head(object.key),
        () => store.start(object.key),
        () => buffer(store.read(object.key)),
        () => store.remove(object.key),
      ])
        await expect(work()).rejects.toMatchObject({ code: 'unavailable' });
    };
    setAttachmentLimits({ storeMs: 300, scanMs: 300 });
    await s3.freeze();
    await expectUnavailable();
    s3.thaw();
    await s3.kill();
    await expectUnavailable();
    await expect(store.check()).rejects.toMatchObject({
      exitCode: 69,
      message: 'S3_ENDPOINT does not answer: ECONNREFUSED',
    });
  },
);
