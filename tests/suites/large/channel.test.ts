import { randomUUID } from 'node:crypto';
import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { newId } from '../../src/platform/database/ids.ts';
import { createModels } from '../../src/models/index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { seedMessages } from '../support/node.ts';

const MEMBERS = 1_000;
const MESSAGES = 100_000;
const PAGE = 50;
/** A number that has grown may be stored in 8 bytes instead of 4; a list that grows takes more. */
const NUMBERS_BYTES = 64;

/** Puts users into a conversation, as if they had joined. */
async function seedMembers(app: TestApp, conversationId: string, count: number): Promise<void> {
  const { conversations, memberships, users } = createModels(app.app.connection);
  const people = Array.from({ length: count }, newId).map((_id) => ({
    _id,
    username: `m-${_id.toHexString()}`,
    displayName: 'A member',
    email: `${_id.toHexString()}@example.com`,
    passwordHash: '-',
    status: 'active' as const,
    timestamp: new Date(),
  }));
  await users.insertMany(people);
  await memberships.insertMany(
    people.map(({ _id }) => ({
      conversation: conversationId,
      user: _id,
      role: 'member' as const,
      joinedAt: new Date(),
    })),
  );
  await conversations.updateOne({ _id: conversationId }, { $inc: { memberCount: count } });
}

/** The size of the largest document of every collection, in bytes. */
async function largestOf({ app }: TestApp): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const { collection } of Object.values(createModels(app.connection))) {
    const rows = collection.aggregate<{ bytes: number }>([
      { $group: { _id: null, bytes: { $max: { $bsonSize: '$$ROOT' } } } },
    ]);
    sizes[collection.name] = (await rows.next())?.bytes ?? 0;
  }
  return sizes;
}

/** How many documents and keys the database looked at, at most, for one of the reads of `work`. */
async function lookedAt({ app }: TestApp, work: () => Promise<unknown>): Promise<number> {
  const database = app.connection.db as mongo.Db;
  await database.command({ profile: 2 });
  await work();
  await database.command({ profile: 0 });
  const entries = await database.collection('system.profile').find({ op: 'query' }).toArray();
  expect(entries.length).toBeGreaterThan(0);
  await database.dropCollection('system.profile');
  return Math.max(
    ...entries.map((entry) => Math.max(entry['docsExamined'] ?? 0, entry['keysExamined'] ?? 0)),
  );
}

it('S19 a channel of 100,000 messages and 1,000 members: no document grows, and a page costs what it did', async () => {
  const app = await startApp();
  const owner = await app.register();
  const channel = { type: 'channel', visibility: 'public', name: 'News' };
  const { id } = (await owner.post('/conversations', channel)).body;
  const path = `/conversations/${id}/messages`;
  const say = () => owner.post(path, { id: randomUUID(), content: 'as long' });
  const page = (of: string) => owner.get(`${of}?limit=${PAGE}`);

  await seedMembers(app, id, 1);
  await seedMessages(app, id, 2 * PAGE);
  expect((await say()).status).toBe(201);
  const before = await largestOf(app);
  const readBefore = await lookedAt(app, () => page(path));

  await seedMembers(app, id, MEMBERS);
  await seedMessages(app, id, MESSAGES, { from: 2 * PAGE + 2 });
  expect((await say()).body.message.seq).toBe(2 * PAGE + MESSAGES + 2);
  const after = await largestOf(app);
  for (const [name, bytes] of Object.entries(after))
    expect([name, bytes - (before[name] ?? 0)]).toEqual([name, expect.toSatisfy(isNumbers)]);

  expect(await lookedAt(app, () => page(path))).toBe(readBefore);
  expect(readBefore).toBeLessThanOrEqual(PAGE + 1);
  expect((await page(path)).body.items).toHaveLength(PAGE);
  const members = `/conversations/${id}/members`;
  expect(await lookedAt(app, () => page(members))).toBeLessThanOrEqual(PAGE + 1);
});

const isNumbers = (bytes: number): boolean => bytes <= NUMBERS_BYTES;
