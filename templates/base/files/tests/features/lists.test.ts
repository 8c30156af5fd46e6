import { expect, it } from 'vitest';
import { latestFirst } from '../../src/backend/conversations/latest-first.ts';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { createModels } from '../../src/models/index.ts';
import { startApp, type TestApp, type TestUser } from '../support/app.ts';
import { numbers } from '../support/node.ts';
import { queriesOf } from '../support/queries.ts';

/** Puts a user into groups, and groups into the database, without asking the API for each. */
async function seedGroups(
  { app }: TestApp,
  user: TestUser,
  count: number,
  { leftAt = null as Date | null, visibility = 'private', archivedAt = null as Date | null } = {},
) {
  const start = Date.now() - 1_000_000;
  const rows = numbers(count).map((number) => ({
    _id: newId(),
    type: 'group',
    visibility,
    name: `Group ${number}`,
    createdBy: toObjectId(user.id),
    memberCount: 1,
    membersRev: 0,
    archivedAt,
    lastSeq: 0,
    lastMessageAt: new Date(start + number * 1_000),
    timestamp: new Date(start),
  }));
  await app.connection.collection('conversations').insertMany(rows);
  await app.connection.collection('memberships').insertMany(
    rows.map(({ _id }) => ({
      conversation: _id,
      user: toObjectId(user.id),
      role: 'owner',
      lastReadSeq: 0,
      lastDeliveredSeq: 0,
      mutedUntil: null,
      joinedAt: new Date(start),
      leftAt,
    })),
  );
  return rows;
}

/** What is known of conversations whose rows are not written yet: when each had its last message. */
function marksOf(moved: ReadonlyMap<string, Date>, asked: (count: number) => void = () => {}) {
  return {
    lastReadSeq: () => 0,
    movedCount: moved.size,
    latest: (among: readonly string[] = [...moved.keys()]) => {
      asked(among.length);
      return new Map(among.flatMap((id) => (moved.has(id) ? [[id, moved.get(id)!]] : [])));
    },
    found: () => {},
  };
}

const namesOf = (body: { items: { name: string }[] }): string[] =>
  body.items.map(({ name }) => name);

it('a list reads as many rows as its page shows, and none that the user has left', async () => {
  const app = await startApp();
  const user = await app.register();
  await seedGroups(app, user, 300);
  await seedGroups(app, user, 300, { leftAt: new Date() });
  await user.get('/conversations?limit=1');
  let names: string[] = [];
  const queries = await queriesOf(app, async () => {
    names = namesOf((await user.get('/conversations?limit=10')).body);
  });
  expect(names).toEqual(numbers(10).map((number) => `Group ${301 - number}`));
  for (const { ns, nreturned } of queries) expect([ns, nreturned <= 11]).toEqual([ns, true]);
  const list = queries.find(({ ns, text }) => ns === 'memberships' && text.includes('$lookup'))!;
  expect(list.docsExamined).toBeLessThanOrEqual(2 * 300 + 20);
});

it("a list is bound by the index of the user's conversations, on each page and for what has moved", async () => {
  const app = await startApp();
  const [user, other] = [await app.register(), await app.register()];
  const rows = await seedGroups(app, user, 60);
  await seedGroups(app, user, 60, { leftAt: new Date() });
  await seedGroups(app, other, 200);
  const { body: first } = await user.get('/conversations?limit=10');
  const models = createModels(app.app.connection);
  const readMarkers = marksOf(new Map([[String(rows[1]!._id), new Date()]]));
  const queries = await queriesOf(app, async () => {
    await user.get('/conversations?limit=10');
    await user.get(`/conversations?limit=10&cursor=${first.nextCursor}`);
    await latestFirst({ models, readMarkers }, user.id, 11);
  });
  const lists = queries.filter(({ text }) => text.includes('$lookup'));
  expect(lists).toHaveLength(4);
  for (const list of lists) {
    expect(list.keysExamined).toBeLessThanOrEqual(2 * 60 + 20); // of memberships and conversations
    const { stages, indexes } = await list.explain();
    expect(indexes).toContain('user_1_leftAt_1_conversation_1');
    expect(stages).not.toContain('COLLSCAN');
  }
});

it('a page of members does not read those who have left', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  await app.app.connection.collection('memberships').insertMany(
    numbers(300).map(() => ({
      conversation: toObjectId(conversationId),
      user: newId(),
      role: 'member',
      lastReadSeq: 0,
      lastDeliveredSeq: 0,
      mutedUntil: null,
      joinedAt: new Date(),
      leftAt: new Date(),
    })),
  );
  const path = `/conversations/${conversationId}/members`;
  await owner.get(path);
  const queries = await queriesOf(app, () => owner.get(`${path}?limit=10`));
  const [list] = queries.filter(({ ns }) => ns === 'memberships');
  expect(list).toMatchObject({ nreturned: 2, docsExamined: 2 });
});

it('a page of public conversations reads neither archived ones nor those of other pages', async () => {
  const app = await startApp();
  const user = await app.register();
  await seedGroups(app, user, 100, { visibility: 'public' });
  await seedGroups(app, user, 100, { visibility: 'public', archivedAt: new Date() });
  await user.get('/conversations/public?limit=1');
  const queries = await queriesOf(app, () => user.get('/conversations/public?limit=10'));
  const [list] = queries.filter(({ ns }) => ns === 'conversations');
  expect(list).toMatchObject({ nreturned: 11, docsExamined: 11 });
});

it('a cursor of no time that there is is refused', async () => {
  const app = await startApp();
  const user = await app.register();
  const cursor = (time: number) =>
    Buffer.from(JSON.stringify([time, '0'.repeat(24)])).toString('base64url');
  expect((await user.get(`/conversations?cursor=${cursor(9e15)}`)).status).toBe(422);
  expect((await user.get(`/conversations?cursor=${cursor(8.64e15)}`)).status).toBe(200);
});

it('more moved conversations than a query may name are looked for among those of the user', async () => {
  const app = await startApp();
  const user = await app.register();
  const rows = await seedGroups(app, user, 5);
  const moved = new Map(numbers(3_000).map(() => [newId().toHexString(), new Date()]));
  moved.set(String(rows[1]!._id), new Date());
  const models = createModels(app.app.connection);
  const asked: number[] = [];
  const readMarkers = marksOf(moved, (count) => asked.push(count));
  const list = await latestFirst({ models, readMarkers }, user.id, 3);
  expect(list.map(({ name }) => name)).toEqual(['Group 2', 'Group 5', 'Group 4']);
  expect(asked).toEqual([5]); // not for all that moved in the cluster
});

it('public conversations are found whatever the case and the accents of their names', async () => {
  const app = await startApp();
  const user = await app.register();
  const names = [
    'General',
    'GENERAL talk',
    'generator',
    'Straße',
    'STRASSE 2',
    'İstanbul',
    'istanbul 2',
    'Café',
    'CAFE 2',
    'Ünal',
    'οδός',
    'ΟΔΟΣ 2',
    '한국',
    '100% ok',
    'Ch.*',
    'Chess',
    'a_b',
    'axb',
  ];
  for (const name of names)
    await user.post('/conversations', { type: 'group', name, visibility: 'public' });
  const find = async (prefix: string): Promise<string[]> =>
    namesOf((await user.get(`/conversations/public?prefix=${encodeURIComponent(prefix)}`)).body);
  expect(await find('general')).toEqual(['General', 'GENERAL talk']);
  expect(await find('GENE')).toEqual(['General', 'GENERAL talk', 'generator']);
  for (const prefix of ['strass', 'STRASS', 'straß'])
    expect([prefix, await find(prefix)]).toEqual([prefix, ['Straße', 'STRASSE 2']]);
  for (const prefix of ['istanbul', 'ISTANBUL', 'İstan'])
    expect([prefix, await find(prefix)]).toEqual([prefix, ['İstanbul', 'istanbul 2']]);
  for (const prefix of ['cafe', 'CAFÉ', 'cafe\u0301'])
    expect([prefix, await find(prefix)]).toEqual([prefix, ['Café', 'CAFE 2']]);
  expect(await find('una')).toEqual(['Ünal']);
  expect(await find('ΟΔΟΣ')).toEqual(['οδός', 'ΟΔΟΣ 2']);
  expect(await find('하')).toEqual(['한국']);
  // Text, never a pattern.
  expect(await find('100%')).toEqual(['100% ok']);
  expect(await find('ch.')).toEqual(['Ch.*']);
  expect(await find('a_')).toEqual(['a_b']);
  expect(await find('.*')).toEqual([]);

  const paged: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: { body: { items: { name: string }[]; nextCursor: string | null } } =
      await user.get(`/conversations/public?limit=2${cursor && `&cursor=${cursor}`}`);
    paged.push(...namesOf(body));
    cursor = body.nextCursor;
  }
  expect(paged.toSorted()).toEqual(names.toSorted());
  const collator = new Intl.Collator('en', { sensitivity: 'base' });
  expect(paged).toEqual(paged.toSorted((a, b) => collator.compare(a, b)));
});
