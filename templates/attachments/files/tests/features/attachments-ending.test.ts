import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { Holding } from '../../src/backend/attachments/holding.ts';
import { attachmentLimits as limit } from '../../src/configs/attachment-limits.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { routes } from '../../src/contract/index.ts';
import { createModels } from '../../src/models/index.ts';
import { toObjectId } from '../../src/platform/database/ids.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { passwordOf } from '../support/accounts.ts';
import { sharedVariables, until, type TestUser } from '../support/app.ts';
import { scratch } from '../support/own-mongod.ts';
import {
  ask,
  attach,
  begin,
  download,
  filesIn,
  note,
  putTo,
  sentFile,
  startWithFiles,
  startWithTime,
  textIn,
  uploaded,
} from '../support/uploads.ts';

it('S64 the files of a deleted message are found no more, and are gone after the sweep', async () => {
  const { app, folder, rows, pass } = await startWithTime();
  const { conversationId, owner, others } = await app.group(2);
  const message = await sentFile(app, others[0]!, conversationId);
  const kept = await sentFile(app, owner, conversationId, note('kept'));
  await owner.delete(`/conversations/${conversationId}/messages/${message.id}`);
  expect((await ask(owner, message, message.attachments![0]!.id)).status).toBe(404);
  expect((await rows.findOne({ status: 'deleted' }))?.name).toBeUndefined();
  const listed = await owner.get(`/conversations/${conversationId}/messages`);
  expect(listed.body.items[0]).not.toHaveProperty('attachments');
  await pass(60_000);
  expect(await filesIn(folder)).toHaveLength(1);
  expect(await (await download(app, owner, kept)).text()).toBe('kept');
  await pass(limit.pendingMs);
  expect(await rows.countDocuments()).toBe(1);
});

it('S64 the files of an archived conversation are gone after the sweep', async () => {
  const { app, folder, rows, pass } = await startWithTime();
  const { conversationId, owner } = await app.group(1);
  const elsewhere = await app.group(1);
  await sentFile(app, owner, conversationId);
  await sentFile(app, elsewhere.owner, elsewhere.conversationId);
  await owner.delete(`/conversations/${conversationId}`);
  await until(async () => (await rows.countDocuments({ status: 'deleted' })) === 1);
  await pass(60_000);
  expect(await filesIn(folder)).toHaveLength(1);
});

// Accounts are exported and erased by a feature of their own.
const hasAccounts = Object.keys(routes).includes('exportMe');

it.runIf(hasAccounts)('S71 an export has the uploads of its user and nobody else’s', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner, others } = await app.group(2);
  const message = await sentFile(app, owner, conversationId, note('mine', 'mine.txt'));
  const { upload: pending } = await begin(owner, note('pending'));
  await uploaded(app, others[0]!, note('theirs'));
  const { body } = await owner.get('/users/me/export');
  expect(body.features.uploads).toMatchObject([
    {
      id: message.attachments![0]!.id,
      name: 'mine.txt',
      status: 'attached',
      messageId: message.id,
    },
    { id: pending.id, status: 'pending' },
  ]);
  expect(body.features.uploads).toHaveLength(2);
  expect(JSON.stringify(body)).not.toMatch(/objectKey|theirs/);
});

it.runIf(hasAccounts)(
  'C93 the end of an account leaves nothing of its files: in no collection, folder or log',
  async () => {
    const folder = await scratch();
    const variables = sharedVariables({ LOG_LEVEL: 'trace', ATTACHMENT_DIR: folder });
    const lines: string[] = [];
    const log = createLogger(parseEnvironment(variables), {
      write: (line) => void lines.push(line),
    });
    const { app, rows, pass } = await startWithTime(variables, { log });
    const { conversationId, owner, others } = await app.group(2);
    const user = others[0]!;
    const id = randomUUID();
    const { id: uploadId } = await uploaded(app, user, note('canary-bytes', 'canary-name'));
    await attach(user, conversationId, [uploadId], { id, content: 'canary-content' });
    await uploaded(app, user, note('canary-ready', 'canary-other'));
    const { put } = await begin(user, note('canary-late', 'canary-late'));
    await sentFile(app, owner, conversationId, note('kept'));
    const keys = (await rows.find({ name: /canary/ }).toArray()).map((row) => row.objectKey);
    await user.delete('/users/me', { password: passwordOf(user.username) });
    const left = { owner: toObjectId(user.id) };
    await until(
      async () => (await rows.countDocuments({ ...left, status: { $ne: 'deleted' } })) === 0,
    );
    expect((await ask(owner, { conversationId, id }, uploadId)).status).toBe(404);
    await pass(60_000);
    await putTo(app, put, note('canary-late').body);
    await pass(limit.pendingMs);
    expect(await rows.countDocuments(left)).toBe(0);
    const { connection } = app.app;
    const names = (await connection.listCollections()).map(({ name }) => name);
    const stored = await Promise.all(
      names.map(async (name) => JSON.stringify(await connection.collection(name).find().toArray())),
    );
    const all = [...stored, await textIn(folder), (await filesIn(folder)).join(), ...lines].join(
      '\n',
    );
    expect(all).toContain('kept');
    for (const canary of [...keys, 'canary']) expect(all).not.toContain(canary);
  },
);

/** A node that has claimed an upload for a message, and was killed before the message was stored. */
async function claimAndDie(
  { app }: Awaited<ReturnType<typeof startWithTime>>,
  user: TestUser,
  conversationId: string,
  uploadId: string,
  at: Date,
): Promise<void> {
  const models = createModels(app.app.connection);
  const { part } = new Holding({
    clock: { now: () => at },
    models,
    history: {},
    store: {},
  } as never);
  const draft = { id: randomUUID(), conversationId, sender: user.id, content: '' };
  await part.claim!({ attachments: [uploadId] }, draft);
}

it('F33 what a node that was killed has claimed for a message that never came is free again', async () => {
  const started = await startWithTime();
  const { app, rows, pass, now } = started;
  const { conversationId, owner } = await app.group(1);
  const [one, two] = [await uploaded(app, owner), await uploaded(app, owner, note('two'))];
  for (const { id } of [one, two]) await claimAndDie(started, owner, conversationId, id, now());
  expect((await attach(owner, conversationId, [one.id])).status).toBe(409);
  await pass(limit.claimMs + 1_000);
  expect((await rows.find().toArray()).map(({ status }) => status)).toEqual(['ready', 'ready']);
  expect((await attach(owner, conversationId, [one.id])).status).toBe(201);
  // A send that asks for it looks itself.
  await claimAndDie(
    started,
    owner,
    conversationId,
    two.id,
    new Date(now().getTime() - limit.claimMs - 1),
  );
  expect((await attach(owner, conversationId, [two.id])).status).toBe(201);
});

it('F33 what a stored message holds stays its own, whatever comes after the claim or does not', async () => {
  const { app, folder, rows, pass } = await startWithTime();
  const { conversationId, owner } = await app.group(1);
  const message = await sentFile(app, owner, conversationId);
  const { id } = message.attachments![0]!;
  // Killed before anybody was told: the next send and the sweep find the message.
  expect((await attach(owner, conversationId, [id])).status).toBe(409);
  await pass(limit.claimMs + 1_000);
  expect(await rows.findOne()).toMatchObject({ status: 'attached' });
  expect((await rows.findOne())?.expiresAt).toBeUndefined();
  expect((await attach(owner, conversationId, [id])).status).toBe(409);
  await pass(limit.pendingMs);
  expect(await filesIn(folder)).toHaveLength(1);
});

it('F33 an upload that was put and never completed, or marked and never swept, goes', async () => {
  const folder = await scratch();
  const variables = sharedVariables({ ATTACHMENT_DIR: folder });
  const { app } = await startWithFiles(variables);
  const { conversationId, owner } = await app.group(1);
  const begun = await begin(owner, note('put'));
  await putTo(app, begun.put, note('put').body);
  const message = await sentFile(app, owner, conversationId, note('marked'));
  await owner.delete(`/conversations/${conversationId}/messages/${message.id}`);
  await app.app.stop();
  const next = await startWithTime(variables);
  expect(await filesIn(folder)).toHaveLength(2);
  await next.pass(limit.pendingMs + 60_000);
  await next.pass(limit.pendingMs);
  expect(await filesIn(folder)).toEqual([]);
  expect(await next.rows.countDocuments()).toBe(0);
});
