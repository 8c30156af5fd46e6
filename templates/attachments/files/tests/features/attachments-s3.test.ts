import { expect, it } from 'vitest';
import { testVariables, startApp, type TestApp, type TestUser } from '../support/app.ts';
import { setAttachmentLimits, waitLonger } from '../support/attachment-limits.ts';
import { clamd, eicar, startClamd } from '../support/clamd.ts';
import { post } from '../support/client.ts';
import { png } from '../support/files.ts';
import { startLaxS3 } from '../support/lax-s3.ts';
import { startProcess } from '../support/process.ts';
import { startS3, variablesOf, versitygw } from '../support/s3.ts';
import {
  ask,
  attach,
  begin,
  complete,
  download,
  note,
  picture,
  putTo,
  saidOf,
  sentFile,
  startWithFiles,
  startWithTime,
  type TestFile,
} from '../support/uploads.ts';

/** Puts a file whatever it is, and says what becomes of it. */
async function statusOf(app: TestApp, user: TestUser, file: TestFile): Promise<[number, unknown]> {
  const { upload, put } = await begin(user, file);
  expect((await putTo(app, put, file.body)).ok).toBe(true);
  const { status, body } = await complete(user, upload);
  return [status, body.code];
}

const refused = [422, 'upload-rejected'];

it.skipIf(versitygw === undefined)(
  'S59 S62 a picture in a bucket is shown to members, who get these bytes as a file',
  async () => {
    const s3 = await startS3();
    const app = await startApp(s3.variables);
    const { conversationId, owner, others } = await app.group(2);
    const message = await sentFile(app, owner, conversationId, picture);
    expect(message.attachments).toMatchObject([{ type: 'image/png', width: 1, height: 1 }]);
    const answer = await download(app, others[0]!, message);
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture.body)).toBe(true);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const { id } = message.attachments![0]!;
    expect((await ask(await app.register(), message, id)).status).toBe(404);
  },
);

it.skipIf(versitygw === undefined)(
  'S64 what was deleted is gone from the bucket, too',
  async () => {
    const s3 = await startS3();
    const { app, pass } = await startWithTime(s3.variables);
    const { conversationId, owner } = await app.group(1);
    const message = await sentFile(app, owner, conversationId, picture);
    expect(await s3.objects()).toHaveLength(1);
    await owner.delete(`/conversations/${conversationId}/messages/${message.id}`);
    await pass(60_000);
    expect(await s3.objects()).toEqual([]);
  },
);

it.skipIf(versitygw === undefined)(
  'S61 what is not of its type is refused, and nothing of it stays in the bucket',
  async () => {
    const s3 = await startS3();
    const app = await startApp(s3.variables);
    const user = await app.register();
    const html = Buffer.from('<!doctype html><script>alert(1)</script>');
    for (const body of [html, png(60_000, 60_000)])
      expect(await statusOf(app, user, { ...picture, body })).toEqual(refused);
    const svg = await user.post('/uploads', saidOf({ ...picture, type: 'image/svg+xml' }));
    expect([svg.status, svg.body.code]).toEqual([415, 'unsupported-media-type']);
    expect(await s3.objects()).toEqual([]);
  },
);

it.skipIf(clamd === undefined)(
  'S61 C91 what the scanner finds is refused, and nothing is ready that it did not see',
  async () => {
    const scanner = await startClamd();
    const { app, rows } = await startWithFiles({ ATTACHMENT_CLAMD: scanner.address });
    const { conversationId, owner } = await app.group(1);
    expect(await statusOf(app, owner, { ...note(''), body: eicar })).toEqual(refused);

    setAttachmentLimits({ scanMs: 300 });
    await scanner.freeze();
    const { upload, put } = await begin(owner, picture);
    await putTo(app, put, picture.body);
    const away = await complete(owner, upload);
    expect([away.status, away.body.code]).toEqual([503, 'unavailable']);
    expect(await rows.findOne({ status: { $ne: 'deleted' } })).toMatchObject({ status: 'pending' });
    expect((await attach(owner, conversationId, [upload.id])).status).toBe(409);

    waitLonger();
    scanner.thaw();
    expect((await complete(owner, upload)).body.upload).toMatchObject({ status: 'ready' });
    expect((await attach(owner, conversationId, [upload.id])).status).toBe(201);
  },
);

it.skipIf(versitygw === undefined)(
  'F34 while the store takes no notice, uploads are unavailable and sends go on',
  async () => {
    const s3 = await startS3();
    const app = await startApp(s3.variables);
    const { conversationId, owner } = await app.group(1);
    const { upload, put } = await begin(owner, picture);
    await putTo(app, put, picture.body);
    setAttachmentLimits({ storeMs: 2_000 });
    await s3.freeze();
    const completing = complete(owner, upload);
    const sent = await post(owner, conversationId, 'hello');
    expect(sent).toMatchObject({ content: 'hello', seq: 1 });
    const answer = await completing;
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    waitLonger();
    s3.thaw();
    expect((await complete(owner, upload)).status).toBe(200);
  },
);

it('C86 C95 a start with a bucket that is lax ends with 78, says why, and no secret', async () => {
  const settings = { ...(await startLaxS3('overwrites')), secretAccessKey: 'canary' };
  const backend = startProcess(testVariables(variablesOf(settings)));
  expect(await backend.exit).toBe(78);
  expect(backend.errors()).toMatch(/^the bucket of S3_BUCKET takes a second object .*\n$/);
  expect(JSON.stringify(backend.log)).not.toContain('canary');
});

it('C76 a start with a bucket that nothing is known of ends with 78 and a line for each variable', async () => {
  const backend = startProcess(testVariables({ ATTACHMENT_STORE: 's3', S3_ENDPOINT: 'canary' }));
  expect(await backend.exit).toBe(78);
  const lines = backend.errors().trimEnd().split('\n');
  expect(lines.map((line) => line.slice(0, line.indexOf(' '))).toSorted()).toEqual([
    'S3_ACCESS_KEY_ID',
    'S3_BUCKET',
    'S3_ENDPOINT',
    'S3_SECRET_ACCESS_KEY',
  ]);
  expect(backend.errors()).not.toContain('canary');
});
