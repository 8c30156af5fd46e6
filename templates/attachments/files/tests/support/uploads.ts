import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Overrides } from '../../src/core.ts';
import type { UploadView } from '../../src/contract/attachments.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import type { StoredUpload } from '../../src/models/upload.ts';
import { startApp, until, type TestApp, type TestUser } from './app.ts';
import { files } from './files.ts';
import { scratch } from './own-mongod.ts';
import { createTestTimers } from './timers.ts';

/** A file as its user has it. */
export interface TestFile {
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
}

export const picture: TestFile = {
  name: 'picture.png',
  type: 'image/png',
  body: files['image/png'],
};

/** Text of one's own. */
export const note = (text: string, name = 'note.txt'): TestFile => ({
  name,
  type: 'text/plain',
  body: Buffer.from(text),
});

/** A backend with a folder of its own. */
export async function startWithFiles(
  changes: Record<string, string> = {},
  overrides: Overrides = {},
) {
  const folder = changes['ATTACHMENT_DIR'] ?? (await scratch());
  const app = await startApp({ ...changes, ATTACHMENT_DIR: folder }, overrides);
  return { app, folder, rows: app.app.connection.collection<StoredUpload>('uploads') };
}

/** The same whose time the test lets pass. */
export async function startWithTime(
  changes: Record<string, string> = {},
  overrides: Overrides = {},
) {
  let now = Date.now();
  const timers = createTestTimers();
  const clock = { now: () => new Date(now) };
  const started = await startWithFiles(changes, { ...overrides, clock, timers });
  return {
    ...started,
    now: clock.now,
    /** Lets so much time pass and sweeps: what is over by then is looked at. */
    async pass(ms: number): Promise<void> {
      now += ms;
      const over = { $lte: new Date(now) };
      await until(async () => {
        timers.pass(60_000); // again, where a sweep was still under way
        return (await started.rows.countDocuments({ expiresAt: over })) === 0;
      });
    },
  };
}

export const sha256Of = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** What a client says of a file. */
export const saidOf = ({ name, type, body }: TestFile) => ({
  name,
  type,
  bytes: body.length,
  sha256: sha256Of(body),
});

export interface Put {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Who posts, to whatever backend. */
type Poster = Pick<TestUser, 'post'>;

/** Begins an upload. */
export async function begin(
  user: Poster,
  file: TestFile,
): Promise<{ upload: UploadView; put: Put }> {
  const answer = await user.post('/uploads', saidOf(file));
  if (answer.status !== 201) throw new Error(`begin: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Puts bytes, as `fetch` does it. */
export const putTo = (
  app: Pick<TestApp, 'url'>,
  { url, headers }: Put,
  body: Buffer,
): Promise<Response> =>
  fetch(new URL(url, app.url), { method: 'PUT', headers, body: new Uint8Array(body) });

export const complete = (user: Poster, { id }: { readonly id: string }) =>
  user.post(`/uploads/${id}/complete`);

/** A complete upload. */
export async function uploaded(
  app: Pick<TestApp, 'url'>,
  user: Poster,
  file: TestFile = picture,
): Promise<UploadView> {
  const { upload, put } = await begin(user, file);
  await putTo(app, put, file.body);
  const answer = await complete(user, upload);
  if (answer.status !== 200) throw new Error(`complete: ${JSON.stringify(answer.body)}`);
  return answer.body.upload;
}

/** Sends uploads, each by its id. */
export const attach = (
  user: Poster,
  conversationId: string,
  attachments: readonly string[],
  sent: { readonly id?: string; readonly content?: string } = {},
) =>
  user.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: '',
    attachments,
    ...sent,
  });

/** A message with one file. */
export async function sentFile(
  app: TestApp,
  user: TestUser,
  conversationId: string,
  file: TestFile = picture,
): Promise<MessageView> {
  const { id } = await uploaded(app, user, file);
  return (await attach(user, conversationId, [id])).body.message;
}

/** Asks where an attachment is. */
export const ask = (
  user: TestUser,
  { conversationId, id }: Pick<MessageView, 'conversationId' | 'id'>,
  attachmentId: string,
) => user.get(`/conversations/${conversationId}/messages/${id}/attachments/${attachmentId}`);

/** The bytes of the first attachment of a message, as a member gets them. */
export async function download(
  app: TestApp,
  user: TestUser,
  message: MessageView,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { body } = await ask(user, message, message.attachments![0]!.id);
  return fetch(new URL(body.url, app.url), { headers });
}

/** What lies in a folder, folders below it too. */
export async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** All that lies there, as text. */
export const textIn = async (folder: string): Promise<string> =>
  (await Promise.all((await filesIn(folder)).map((path) => readFile(path, 'latin1')))).join('\n');
