import { randomBytes } from 'node:crypto';
import { chmod, mkdir, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attachmentLimits as limit } from '../../src/configs/attachment-limits.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { DiskStore } from '../../src/backend/attachments/disk-store.ts';
import { UrlSigner } from '../../src/backend/attachments/signed-url.ts';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { Seal } from '../../src/platform/security/data-keys.ts';
import { sharedVariables, testVariables, until, type TestApp } from '../support/app.ts';
import { setAttachmentLimits } from '../support/attachment-limits.ts';
import { onTestFinished } from '../support/finish.ts';
import { scratch } from '../support/own-mongod.ts';
import {
  ask,
  begin,
  complete,
  filesIn,
  note,
  picture,
  putTo,
  saidOf,
  sentFile,
  startWithFiles,
  startWithTime,
  uploaded,
} from '../support/uploads.ts';

it('S60 a folder takes the bytes that were said, with their length and type, once', async () => {
  const { app, folder } = await startWithFiles();
  const user = await app.register();
  const file = note('the bytes that were said');
  const { upload, put } = await begin(user, file);
  const status = async (changes: Partial<typeof put>, body: Buffer = file.body) =>
    (await putTo(app, { ...put, ...changes }, body)).status;
  const other = note('the bytes that were SAID').body;
  const signed = new URL(put.url, app.url);
  const changed = [...signed.searchParams.keys()].map((name) => {
    const url = new URL(signed);
    const value = url.searchParams.get(name)!;
    url.searchParams.set(name, `${value.startsWith('1') ? '2' : '1'}${value.slice(1)}`);
    return url.pathname + url.search;
  });
  expect(changed.length).toBeGreaterThan(4);
  for (const url of changed) expect(await status({ url })).toBe(403);
  expect(await status({ url: `${put.url}&x=1` })).toBe(403);
  expect(await status({}, other)).toBe(422);
  expect(await status({}, Buffer.concat([file.body, other]))).toBe(422);
  expect(await status({}, file.body.subarray(1))).toBe(422);
  expect(await status({ headers: { 'content-type': 'text/html' } })).toBe(422);
  expect((await fetch(signed, { method: 'POST', body: 'x' })).status).toBe(405);
  expect((await complete(user, upload)).body.code).toBe('conflict');
  expect(await filesIn(folder)).toEqual([]);

  expect(await status({})).toBe(204);
  expect(await status({})).toBe(409);
  expect((await complete(user, upload)).body.upload).toMatchObject({ status: 'ready' });
  expect(await status({}, other)).toBe(422);
  expect(await filesIn(folder)).toHaveLength(1);
});

it('S60 an address to put bytes expires', async () => {
  const { app, folder, pass } = await startWithTime();
  const { put } = await begin(await app.register(), picture);
  await pass(limit.putMs);
  expect((await putTo(app, put, picture.body)).status).toBe(403);
  expect(await filesIn(folder)).toEqual([]);
});

it('C86 a folder that cannot be written, or has no links, stops the start', async () => {
  const folder = await scratch();
  const signer = new UrlSigner(new Seal([{ kid: 'a', secret: 'a' }], 'test'));
  await expect(new DiskStore(folder, signer).check()).resolves.toBeUndefined();
  expect(await filesIn(folder)).toEqual([]);
  const file = join(folder, 'file');
  await mkdir(file);
  await expect(new DiskStore('/dev/null/folder', signer).check()).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringMatching(/^ATTACHMENT_DIR \/dev\/null\/folder cannot be used/),
  });
  // A superuser may write everywhere.
  if (process.getuid?.() === 0) return;
  await chmod(file, 0o500);
  onTestFinished(() => chmod(file, 0o700));
  await expect(new DiskStore(file, signer).check()).rejects.toMatchObject({ exitCode: 78 });
});

it('C86 the environment has all that its store needs, or the start is refused', () => {
  const lines = (changes: Record<string, string>): string => {
    try {
      parseEnvironment(testVariables(changes));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(lines({})).toBe('');
  expect(lines({ ATTACHMENT_URL_KEY: 'weak' })).toMatch(/^ATTACHMENT_URL_KEY is weak/);
  expect(lines({ ATTACHMENT_TYPES: 'text/html' })).toMatch(
    /^ATTACHMENT_TYPES is a list out of image\/png/,
  );
  const s3 = { ATTACHMENT_STORE: 's3', S3_ENDPOINT: 'https://s3.example.com' };
  expect(
    lines(s3)
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']);
  const whole = { ...s3, S3_BUCKET: 'a', S3_ACCESS_KEY_ID: 'b', S3_SECRET_ACCESS_KEY: 'c' };
  expect(lines(whole)).toBe('');
});

it('an upload that is no upload is refused with what to send instead', async () => {
  const { app } = await startWithFiles();
  const user = await app.register();
  const said = saidOf(picture);
  const pointers = async (changes: object) =>
    (await user.post('/uploads', { ...said, ...changes })).body.errors?.[0].pointer;
  expect(await pointers({ name: '' })).toBe('/name');
  expect(await pointers({ name: '\ud800' })).toBe('/name');
  expect(await pointers({ bytes: 0 })).toBe('/bytes');
  expect(await pointers({ sha256: 'A'.repeat(64) })).toBe('/sha256');
  const large = await user.post('/uploads', { ...said, bytes: limit.fileBytes + 1 });
  expect([large.status, large.body.code, large.body.detail]).toEqual([
    413,
    'too-large',
    `Send a file of at most ${limit.fileBytes} bytes.`,
  ]);
});

/** Puts what a user has already, as if it had been uploaded. */
const fill = (
  rows: Awaited<ReturnType<typeof startWithFiles>>['rows'],
  owner: string,
  bytes: number,
) =>
  rows.insertOne({
    _id: newId(),
    owner: toObjectId(owner),
    status: 'ready',
    bytes,
    objectKey: randomBytes(16).toString('hex'),
    timestamp: new Date(),
  });

it('S65 however many uploads begin at once at two nodes, their sum stays below the quota', async () => {
  const shared = sharedVariables({ ATTACHMENT_DIR: await scratch() });
  const { app, rows } = await startWithFiles(shared);
  const { app: other } = await startWithFiles(shared);
  const user = await app.register();
  const users = [user, other.adopt(user.session)];
  const file = note('0123456789');
  await fill(rows, user.id, limit.userBytes - 35);
  const create = async (at: number): Promise<number> => {
    const { status } = await users[at % 2]!.post('/uploads', saidOf(file));
    return status === 503 ? create(at) : status;
  };
  const statuses = await Promise.all(Array.from({ length: 10 }, (_, at) => create(at)));
  expect(statuses.filter((status) => status === 201)).toHaveLength(3);
  expect(statuses.filter((status) => status === 409)).toHaveLength(7);
});

it('S65 no more than some uploads wait for their bytes, and what is dropped does not wait', async () => {
  const { app } = await startWithFiles();
  const user = await app.register();
  const begun = await Promise.all(
    Array.from({ length: limit.pendingPerUser }, () => begin(user, picture)),
  );
  const refused = await user.post('/uploads', saidOf(picture));
  expect([refused.status, refused.body.code]).toEqual([409, 'quota-exceeded']);
  expect((await user.delete(`/uploads/${begun[0]!.upload.id}`)).status).toBe(204);
  expect((await user.delete(`/uploads/${begun[0]!.upload.id}`)).status).toBe(404);
  await uploaded(app, user);
});

it('S65 a user has no more than some files, however small', async () => {
  setAttachmentLimits({ userFiles: 2 });
  const { app } = await startWithFiles();
  const user = await app.register();
  for (const text of ['a', 'b']) await begin(user, note(text));
  const refused = await user.post('/uploads', saidOf(note('c')));
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
    409,
    'quota-exceeded',
    'You may have 2 files: delete others first.',
  ]);
});

it('S65 what is dropped counts until nobody can put its bytes any more', async () => {
  const { app, folder, rows, pass } = await startWithTime();
  const user = await app.register();
  const file = note('0123456789');
  await fill(rows, user.id, limit.userBytes - 15);
  const { upload, put } = await begin(user, file);
  expect((await user.delete(`/uploads/${upload.id}`)).status).toBe(204);
  await pass(60_000);
  expect((await putTo(app, put, file.body)).status).toBe(204); // as late as that
  expect((await user.post('/uploads', saidOf(file))).body.code).toBe('quota-exceeded');
  await pass(limit.pendingMs);
  expect(await filesIn(folder)).toEqual([]);
  const { body } = await app.call('POST', '/auth/refresh', {
    body: { refreshToken: user.session.refreshToken },
  });
  const token = body.accessToken;
  expect((await app.call('POST', '/uploads', { token, body: saidOf(file) })).status).toBe(201);
});

/** Sends the head of a put and a part of its body, and leaves. */
async function putPart(app: TestApp, url: string, type: string, body: Buffer, all: number) {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `PUT ${url} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${all}\r\n\r\n`,
  );
  socket.write(body);
  return socket;
}

it('F35 a put whose client goes leaves nothing, and may be repeated at once', async () => {
  const { app, folder } = await startWithFiles();
  const user = await app.register();
  const file = note('x'.repeat(100_000));
  const { upload, put } = await begin(user, file);
  const half = file.body.subarray(0, 50_000);
  const first = await putPart(app, put.url, file.type, half, file.body.length);
  await until(async () => (await filesIn(folder)).length === 1);
  first.destroy();
  await until(async () => (await filesIn(folder)).length === 0);
  // One that is silent is no obstacle either.
  const silent = await putPart(app, put.url, file.type, half, file.body.length);
  onTestFinished(() => void silent.destroy());
  await until(async () => (await filesIn(folder)).length === 1);
  expect((await putTo(app, put, file.body)).status).toBe(204);
  expect((await complete(user, upload)).status).toBe(200);
  await until(async () => (await filesIn(folder)).length === 1);
});

it('F35 what a node that was killed has left of a put goes in an hour', async () => {
  const { app, folder, pass } = await startWithTime();
  const { conversationId, owner } = await app.group(1);
  await sentFile(app, owner, conversationId);
  const [left, current] = ['left', 'current'].map((name) => join(folder, 'incoming', name));
  for (const path of [left!, current!]) await writeFile(path, 'a part');
  const anHourAgo = new Date(Date.now() - limit.pendingMs);
  await utimes(left!, anHourAgo, anHourAgo);
  await pass(60_000);
  await until(async () => !(await filesIn(folder)).includes(left!));
  expect(await filesIn(folder)).toHaveLength(2);
});

it('C90 what nobody sends goes by itself, with its bytes and without a late put', async () => {
  const { app, folder, rows, pass } = await startWithTime();
  const { conversationId, owner } = await app.group(1);
  const held = await sentFile(app, owner, conversationId, note('held'));
  await uploaded(app, owner, note('never sent'));
  const late = await begin(owner, note('put late'));
  await begin(owner, note('never put'));
  expect((await owner.delete(`/uploads/${late.upload.id}`)).status).toBe(204);
  await pass(60_000);
  // The address still takes it; what it brings goes.
  expect((await putTo(app, late.put, note('put late').body)).status).toBe(204);
  expect(await filesIn(folder)).toHaveLength(3);
  for (let hours = 0; hours < 48; hours += 4) await pass(4 * 3_600_000);
  expect(await filesIn(folder)).toHaveLength(1);
  expect((await rows.find().toArray()).map(({ status }) => status)).toEqual(['attached']);
  // Tokens have expired meanwhile, and nothing else.
  const { accessToken } = (
    await app.call('POST', '/auth/refresh', { body: { refreshToken: owner.session.refreshToken } })
  ).body;
  const path = `/conversations/${conversationId}/messages/${held.id}/attachments/${held.attachments![0]!.id}`;
  const { url } = (await app.call('GET', path, { token: accessToken })).body;
  expect(await (await fetch(app.url + url)).text()).toBe('held');
});

it('C95 no signed address, key or name of a file is in the log', async () => {
  const variables = sharedVariables({ LOG_LEVEL: 'trace', ATTACHMENT_DIR: await scratch() });
  const lines: string[] = [];
  const log = createLogger(parseEnvironment(variables), {
    write: (line) => void lines.push(line),
  });
  const { app, rows } = await startWithFiles(variables, { log });
  const { conversationId, owner } = await app.group(1);
  const begun = await begin(owner, note('canary-of-bytes', 'canary-of-name'));
  await putTo(app, begun.put, note('other').body);
  const message = await sentFile(
    app,
    owner,
    conversationId,
    note('canary-of-bytes', 'canary-of-name'),
  );
  const { url } = (await ask(owner, message, message.attachments![0]!.id)).body;
  expect((await fetch(app.url + url)).status).toBe(200);
  expect((await fetch(`${app.url}${url}0`)).status).toBe(403);
  await until(() => lines.filter((line) => line.includes('"/files"')).length >= 4);
  const text = lines.join('');
  const keys = (await rows.find().toArray()).map(({ objectKey }) => objectKey);
  const signatures = [begun.put.url, url].map((one) =>
    new URL(one, app.url).searchParams.get('signature')!,
  );
  for (const secret of [...keys, ...signatures, 'canary', 'signature'])
    expect(text).not.toContain(secret);
});
