import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, it, vi } from 'vitest';
import { attachmentLimits as limit } from '../../src/configs/attachment-limits.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { freePort } from '../../tools/free-port.ts';
import { until } from '../support/app.ts';
import { testCommands } from '../support/held-commands.ts';
import { reach, startGround, steps, type Ground, type Step } from '../support/killed-uploads.ts';
import { scratch, startOwnMongod, type OwnMongod } from '../support/own-mongod.ts';
import { startS3, versitygw } from '../support/s3.ts';
import { startPut } from '../support/upload-process.ts';
import {
  attach,
  begin,
  complete,
  filesIn,
  note,
  putTo,
  sentFile,
  sha256Of,
  startWithTime,
} from '../support/uploads.ts';

// Each step so often, with a client that comes back and with one that stays away; by default a few of them.
const rounds = Number(process.env['UPLOAD_KILLS'] ?? 0);
const timeoutMs = 180_000 * Math.max(rounds * 5, 1);
const few = ['a half of the bytes', 'two claimed, and not committed', 'deleted, without bytes'];

/** One step, and what its client does then. */
interface Kill {
  readonly step: Step;
  readonly comesBack: boolean;
}

const plan: readonly Kill[] =
  rounds === 0
    ? steps
        .filter(({ name }) => few.some((start) => name.startsWith(start)))
        .map((step, index) => ({ step, comesBack: index % 2 === 0 }))
    : Array.from({ length: rounds }, () =>
        steps.flatMap((step) => [true, false].map((comesBack) => ({ step, comesBack }))),
      ).flat();

/** A mongod that can be killed and started again, with a database for each step. */
async function startDatabases() {
  const [folder, port] = [await scratch(), await freePort()];
  const start = (): Promise<OwnMongod> => startOwnMongod(folder, port, testCommands);
  let mongod = await start();
  let count = 0;
  return {
    next: (): string => mongod.uri.replace('/chat?', `/chat${(count += 1)}?`),
    async killAndRestart(): Promise<void> {
      await mongod.kill();
      mongod = await start();
    },
  };
}

/** A new node on what is left, with a day that passes: what messages hold is there, and nothing else. */
async function judge(
  { variables, user }: Ground,
  again: Awaited<ReturnType<typeof reach>>['again'] | undefined,
): Promise<number> {
  const { app, folder, rows, pass } = await startWithTime(variables);
  // What a killed node had begun may be in the way for some seconds.
  const comeBack = () => again?.({ url: app.url, user: app.adopt(user.session) });
  await vi.waitFor(comeBack, { timeout: 60_000, interval: 10 });
  await pass(limit.pendingMs + 60_000);
  await pass(limit.readyMs + 60_000);
  await pass(limit.pendingMs + 60_000);
  const messages = await app.app.connection
    .collection('messages')
    .find({ attachments: { $exists: true } })
    .toArray();
  const held = messages.flatMap(({ _id, attachments }) =>
    (attachments as { id: unknown }[]).map(({ id }) => `${String(id)} in ${String(_id)}`),
  );
  const left = await rows.find().toArray();
  const keys = left.map(({ objectKey }) => objectKey).toSorted();
  const lying = async () => (await filesIn(folder)).map((path) => basename(path)).toSorted();
  await until(async () => (await lying()).length <= keys.length); // parts go at the end of a sweep
  const hashes = await Promise.all(
    (await filesIn(folder)).map(async (path) => sha256Of(await readFile(path))),
  );
  expect({
    rows: left.map(({ _id, message }) => `${String(_id)} in ${String(message)}`).toSorted(),
    states: left.map(({ status, expiresAt }) => [status, expiresAt]),
    files: await lying(),
    hashes: hashes.toSorted(),
  }).toEqual({
    rows: held.toSorted(),
    states: held.map(() => ['attached', undefined]),
    files: keys,
    hashes: left.map(({ sha256 }) => String(sha256)).toSorted(),
  });
  await app.app.connection.dropDatabase(); // mongod would open the files of all at its next start
  await app.app.stop();
  return held.length;
}

type Answer = Awaited<Awaited<ReturnType<typeof reach>>['answer']>;

/** Goes to a step, lets `kill` do its work there, and holds what is left against what was answered. */
async function run(
  { step, comesBack }: Kill,
  uri: string,
  kill: (ground: Ground, answer: Promise<Answer>) => Promise<void>,
): Promise<void> {
  const ground = await startGround(uri, { ATTACHMENT_DIR: await scratch() }, step);
  const { again, answer } = await reach(ground, step);
  await kill(ground, answer);
  const status = (await answer)?.status ?? 0;
  const files = await judge(ground, comesBack ? again : undefined);
  const [away, answered, back] = step.files;
  // A database that is there again may be asked again, and whoever got 503 does not know.
  const unknown = status === 0 ? [away] : status < 300 ? [answered] : [away, answered];
  const allowed = comesBack ? [back] : unknown;
  expect(allowed, `${step.name}, answered ${status}, comes back: ${comesBack}`).toContain(files);
}

it(
  'F33 a node that is killed at any step of an upload loses nothing and leaves nothing',
  async () => {
    const databases = await startDatabases();
    for (const kill of plan)
      await run(kill, databases.next(), async ({ backend }) => {
        backend.child.kill('SIGKILL');
        await backend.exit;
      });
  },
  timeoutMs,
);

it(
  'F33 a database that is killed at any step of an upload loses nothing and leaves nothing',
  async () => {
    const databases = await startDatabases();
    for (const kill of plan)
      await run(kill, databases.next(), async ({ backend }, answer) => {
        await databases.killAndRestart();
        await answer;
        backend.child.kill('SIGTERM');
        await backend.exit;
      });
  },
  timeoutMs,
);

it.skipIf(versitygw === undefined)(
  'F33 a bucket that is killed amid an upload loses nothing and leaves nothing',
  async () => {
    const s3 = await startS3();
    const { app, rows, pass } = await startWithTime(s3.variables);
    const { conversationId, owner } = await app.group(1);
    const kept = await sentFile(app, owner, conversationId, note('kept'));
    const gone = await sentFile(app, owner, conversationId, note('gone'));
    const file = note('x'.repeat(1_000_000));
    const { upload, put } = await begin(owner, file);
    const half = startPut(app, put, file.body.length).on('error', () => {});
    await new Promise((written) => half.write(file.body.subarray(0, 500_000), written));
    await s3.kill();
    expect(await half.answered).toBeUndefined();
    expect((await complete(owner, upload)).status).toBe(503);
    await owner.delete(`/conversations/${conversationId}/messages/${gone.id}`);
    await pass(60_000); // removes nothing
    await s3.restart();
    expect(await s3.objects()).toHaveLength(2);

    expect((await putTo(app, put, file.body)).status).toBe(200);
    await s3.kill();
    expect((await complete(owner, upload)).status).toBe(503);
    await s3.restart();
    expect((await complete(owner, upload)).body.upload).toMatchObject({ status: 'ready' });
    const message = (await attach(owner, conversationId, [upload.id])).body.message as MessageView;
    await pass(limit.pendingMs);
    await pass(limit.pendingMs);
    const left = await rows.find().toArray();
    expect((await s3.objects()).toSorted()).toEqual(
      left.map(({ objectKey }) => objectKey).toSorted(),
    );
    expect(left.map((row) => String(row.message)).toSorted()).toEqual(
      [kept.id, message.id].toSorted(),
    );
  },
);
