import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { History } from '../../src/backend/messages/history.ts';
import { MessageParts } from '../../src/backend/messages/parts.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { limits } from '../../src/configs/limits.ts';
import { createModels } from '../../src/models/index.ts';
import { done, startApp, type TestApp } from '../support/app.ts';
import { numbers, seedMessages } from '../support/node.ts';
import { profile } from '../support/profile.ts';

const historyOf = (app: TestApp) =>
  new History({ models: createModels(app.app.connection), parts: new MessageParts() });

it('S32 reads the heads of many conversations by one key each', async () => {
  const app = await startApp();
  const ids = numbers(20).map(() => newId().toHexString());
  for (const id of ids) await seedMessages(app, id, 100);
  const history = historyOf(app);
  const entries = await profile(app, async () => {
    expect(await history.lastSeqs(ids)).toEqual(new Map(ids.map((id) => [id, 100])));
  });
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({ planSummary: expect.stringContaining('DISTINCT_SCAN') });
  expect(entries[0]?.keysExamined).toBeLessThanOrEqual(ids.length + 1);
});

it('C63 S18 every read asks for a majority, has a limit of time, uses an index, and looks at little more than it returns', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seedMessages(app, conversationId, 400);
  const path = `/conversations/${conversationId}/messages`;
  const { message } = (await owner.post(path, { id: randomUUID(), content: 'changed' })).body;
  await owner.patch(`${path}/${message.id}`, { content: 'edited' });
  const socket = await owner.connect();

  const entries = await profile(app, async () => {
    await owner.get(path);
    await owner.get(`${path}?before=200&limit=20`);
    await owner.get(`${path}?after=200&limit=20`);
    await owner.get(`${path}?around=200&limit=20`);
    await owner.get(`/conversations/${conversationId}/changes`);
    await owner.get('/conversations');
    await done(socket, 'conversation:heads', {});
    const cursors = [{ conversationId, seq: 350, rev: 0 }];
    await done(socket, 'conversation:sync', { cursors });
  });
  expect(entries.length).toBeGreaterThan(12);
  for (const entry of entries) {
    expect(entry.planSummary).toMatch(/^(IXSCAN|DISTINCT_SCAN|IDHACK)/);
    expect(entry.docsExamined).toBeLessThanOrEqual(2 * (entry.nreturned ?? 0));
    expect(entry.command.readConcern?.level).toBe('majority');
    expect(entry.command.maxTimeMS).toBe(limits.database.queryMs);
  }
});

it('I4 sync reads both heads before the data', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seedMessages(app, conversationId, 10);
  const socket = await owner.connect();
  const entries = await profile(app, () =>
    done(socket, 'conversation:sync', { cursors: [{ conversationId, seq: 2, rev: 0 }] }),
  );
  const kinds = entries.map(({ op }) => (op === 'command' ? 'head' : 'data'));
  // What features read of the data comes after it.
  expect(kinds.slice(0, 3)).toEqual(['head', 'head', 'data']);
});

it('says on each page whether there is more on either side', async () => {
  const app = await startApp();
  const history = historyOf(app);
  const id = newId().toHexString();
  const look = async (place: object, size = 4) => {
    const { items, hasMoreBefore, hasMoreAfter } = await history.page(id, place, size);
    const seqs = items.map(({ seq }) => seq).join(' ');
    return `${hasMoreBefore ? '<' : '|'}${seqs}${hasMoreAfter ? '>' : '|'}`;
  };
  for (const place of [{}, { before: 3 }, { after: 0 }, { after: 3 }, { around: 3 }])
    expect(await look(place)).toBe('||');
  await seedMessages(app, id, 10);
  expect(await look({})).toBe('<7 8 9 10|');
  expect(await look({}, 10)).toBe('|1 2 3 4 5 6 7 8 9 10|');
  expect(await look({ before: 7 })).toBe('<3 4 5 6>');
  expect(await look({ before: 5 })).toBe('|1 2 3 4>');
  expect(await look({ before: 1 })).toBe('|>');
  expect(await look({ before: 0 })).toBe('|>');
  expect(await look({ before: 11 })).toBe('<7 8 9 10|');
  expect(await look({ before: 99 })).toBe('<7 8 9 10|');
  expect(await look({ after: 0 })).toBe('|1 2 3 4>');
  expect(await look({ after: 6 })).toBe('<7 8 9 10|');
  expect(await look({ after: 5 })).toBe('<6 7 8 9>');
  expect(await look({ after: 10 })).toBe('<|');
  expect(await look({ after: 99 })).toBe('<|');
  expect(await look({ around: 5 })).toBe('<3 4 5 6>');
  expect(await look({ around: 1 })).toBe('|1 2>');
  expect(await look({ around: 10 })).toBe('<8 9 10|');
});

it('finds the last message of each conversation, and nothing where there is none', async () => {
  const app = await startApp();
  const [empty, full] = [newId().toHexString(), newId().toHexString()];
  await seedMessages(app, full, 3);
  const latest = await historyOf(app).latestOf([empty, full]);
  expect([...latest].map(([id, message]) => [id, message.seq])).toEqual([[full, 3]]);
  expect(await historyOf(app).headsOf([empty, full])).toEqual(
    new Map([
      [empty, { lastSeq: 0, lastRev: 0 }],
      [full, { lastSeq: 3, lastRev: 0 }],
    ]),
  );
});

it('gives the messages of one conversation by id as members see them now', async () => {
  const app = await startApp();
  const [here, there] = [await app.group(1), await app.group(1)];
  const say = async ({ owner, conversationId }: typeof here, content: string): Promise<string> => {
    const path = `/conversations/${conversationId}/messages`;
    const { body } = await owner.post(path, { id: randomUUID(), content });
    return body.message.id;
  };
  const [kept, deleted, elsewhere] = [
    await say(here, 'kept'),
    await say(here, 'deleted'),
    await say(there, 'elsewhere'),
  ];
  await here.owner.delete(`/conversations/${here.conversationId}/messages/${deleted}`);
  const ids = [kept, deleted, elsewhere, randomUUID()];
  const views = await historyOf(app).viewsOf(here.conversationId, ids);
  expect([...views.keys()].toSorted()).toEqual([kept, deleted].toSorted());
  expect(views.get(kept)).toMatchObject({ id: kept, content: 'kept', deletedAt: null });
  expect(views.get(deleted)).toMatchObject({ content: null, deletedAt: expect.any(String) });
});
