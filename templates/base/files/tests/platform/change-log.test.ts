import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createModels } from '../../src/models/index.ts';
import type { NewStoredMessage, StoredMessage } from '../../src/models/message.ts';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { rowsOf } from '../../src/platform/database/rows.ts';
import { withTransaction } from '../../src/platform/database/transaction.ts';
import { AppError } from '../../src/platform/errors/app-error.ts';
import { systemTimers } from '../../src/platform/lib/time.ts';
import { ChangeLog } from '../../src/platform/log/change-log.ts';
import type { ChangeTarget } from '../../src/platform/log/types.ts';
import { tuning } from '../../src/platform/tuning.ts';
import { toStoredMessage } from '../../src/backend/messages/views.ts';
import { startApp, until } from '../support/app.ts';
import { createGate, numbers } from '../support/node.ts';

interface Wanted extends ChangeTarget {
  readonly content: string;
}

/** A log of changes that set a content; one user is refused in the transaction. */
async function startLog(refused?: string, passed: Promise<void> = Promise.resolve()) {
  const { app } = await startApp();
  const models = createModels(app.connection);
  const count = { transactions: 0 };
  const changed: string[] = [];
  const log = new ChangeLog<StoredMessage, string>({
    messages: rowsOf(models.messages),
    changes: rowsOf(models.changes),
    async transact(conversationId, work, deadline) {
      count.transactions += 1;
      if (conversationId.startsWith('f')) await passed;
      return withTransaction(app.connection, work, { deadline });
    },
    refusals: async (_session, _conversationId, asked) =>
      asked.map(({ userId }) => (userId === refused ? new AppError('forbidden') : undefined)),
    now: () => new Date(),
    timers: systemTimers,
    onChanged: (rows) => void changed.push(...rows.map((row) => `${row.seq} ${row.rev}`)),
  });
  const set = log.add<Wanted>({
    type: 'set',
    permission: () => 'set',
    apply: async ({ wanted }) =>
      new Map(wanted.map(({ messageId, content }) => [messageId, { content }])),
  });
  async function store(conversationId: string, size: number): Promise<string[]> {
    const ids = numbers(size).map(() => randomUUID());
    await rowsOf<NewStoredMessage>(models.messages).insertMany(
      ids.map((id, index) =>
        toStoredMessage({
          id,
          conversationId,
          seq: index + 1,
          rev: 0,
          sender: newId().toHexString(),
          content: 'first',
          timestamp: new Date().toISOString(),
          editedAt: null,
          deletedAt: null,
        }),
      ),
    );
    return ids;
  }
  const stored = (conversationId: string) =>
    models.messages
      .find({ conversation: toObjectId(conversationId) })
      .sort({ seq: 1 })
      .lean();
  return { set, store, stored, count, changed };
}

const userId = newId().toHexString();
const newConversation = (): string => newId().toHexString();

it('changes that come together are one transaction, with one rev for each message', async () => {
  const { set, store, stored, count, changed } = await startLog();
  const conversationId = newConversation();
  const ids = await store(conversationId, 3);
  const results = await Promise.all(
    numbers(30).map((number) =>
      set({ conversationId, messageId: ids[number % 3]!, userId, content: `${number}` }),
    ),
  );
  expect(count.transactions).toBe(1);
  expect(changed).toEqual(['1 1', '2 2', '3 3']);
  expect(new Set(results.map(({ row }) => row.rev))).toEqual(new Set([1, 2, 3]));
  expect(await stored(conversationId)).toMatchObject([
    { content: '30', rev: 1 },
    { content: '28', rev: 2 },
    { content: '29', rev: 3 },
  ]);
});

it('who is refused, or names what is not there, stops nobody else', async () => {
  const refused = newId().toHexString();
  const { set, store, stored } = await startLog(refused);
  const conversationId = newConversation();
  const [messageId = ''] = await store(conversationId, 1);
  const elsewhere = await store(newConversation(), 1);
  const place = { conversationId, messageId };
  const results = await Promise.allSettled([
    set({ ...place, userId: refused, content: 'refused' }),
    set({ ...place, userId, content: 'stored' }),
    set({ ...place, messageId: randomUUID(), userId, content: 'nowhere' }),
    set({ ...place, messageId: elsewhere[0]!, userId, content: 'elsewhere' }),
  ]);
  expect(
    results.map((one) => (one.status === 'rejected' ? one.reason.code : one.value.row.content)),
  ).toEqual(['forbidden', 'stored', 'not-found', 'not-found']);
  expect(await stored(conversationId)).toMatchObject([{ content: 'stored', rev: 1 }]);
});

it('C94 a conversation has a bound for what waits, and other conversations do not notice', async () => {
  const gate = createGate();
  const { set, store, stored } = await startLog(undefined, gate.passed);
  const flooded = `f${newConversation().slice(1)}`;
  const [messageId = ''] = await store(flooded, 1);
  const calm = `0${newConversation().slice(1)}`;
  const [other = ''] = await store(calm, 1);
  const refusals: string[] = [];
  const flood = (count: number) =>
    numbers(count).map((number) =>
      set({ conversationId: flooded, messageId, userId, content: `${number}` }).catch(
        (error: AppError) => void refusals.push(error.code),
      ),
    );
  const first = flood(1);
  await new Promise((resolve) => setImmediate(resolve)); // a batch is under way
  const waiting = flood(tuning.log.waitingChanges + 10);
  await until(() => refusals.length >= 10);
  const calmly = await set({ conversationId: calm, messageId: other, userId, content: 'calm' });
  expect(refusals.slice(0, 10)).toEqual(numbers(10).map(() => 'unavailable'));
  expect(calmly.row).toMatchObject({ content: 'calm', rev: 1 });
  gate.open();
  await Promise.all([...first, ...waiting]);
  // Its batches are few, each of them one rev.
  const [row] = await stored(flooded);
  expect(row?.rev).toBeLessThanOrEqual(1 + tuning.log.waitingChanges / tuning.log.batchChanges);
});
