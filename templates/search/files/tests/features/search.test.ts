import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createApi } from '../../client/api.ts';
import { search } from '../../client/search.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { sharedVariables, startApp, until, type TestUser } from '../support/app.ts';
import { numbers, toStored } from '../support/node.ts';
import { seed } from '../support/places.ts';
import { queriesOf } from '../support/queries.ts';
import { ask, find, indexAll, pathOf, quickFeed, say, untilWhole } from '../support/search.ts';

it('S66 diacritics, capitals, pairs and beginnings are found, and operators are text', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await say(
    owner,
    conversationId,
    'Ein Spaziergang am Zürichsee',
    '東京都に住んでいます',
    'a AND b $ne',
  );
  await indexAll(app);
  const reader = others[0]!;
  expect(await find(reader, 'ZURICHSEE')).toEqual(['Ein Spaziergang am Zürichsee']);
  expect(await find(reader, 'am spazier*')).toEqual(['Ein Spaziergang am Zürichsee']);
  expect(await find(reader, 'zür*')).toEqual(['Ein Spaziergang am Zürichsee']);
  expect(await find(reader, '東京')).toEqual(['東京都に住んでいます']);
  expect(await find(reader, '東京都に住んでいます')).toEqual(['東京都に住んでいます']);
  expect(await find(reader, '{"$ne": null}')).toEqual([]);
  expect(await find(reader, '$ne')).toEqual(['a AND b $ne']);
  expect(await find(reader, 'a OR spaziergang')).toEqual([]);
});

it('S66 what no query can be is refused with what to send', async () => {
  const app = await startApp();
  const user = await app.register();
  const pointers: Record<string, string> = {
    '': '/query/query',
    '!!': '/query/query',
    'hi*': '/query/query',
    'a b c d e f g h i': '/query/query',
    [`x${'y'.repeat(128)}`]: '/query/query',
  };
  for (const [query, pointer] of Object.entries(pointers)) {
    const { status, body } = await ask(user, query);
    expect([query, status, body.errors?.[0]?.pointer]).toEqual([query, 422, pointer]);
  }
  for (const more of [
    { cursor: 'nonsense' },
    { sender: 'x' },
    { conversationId: 'x' },
    { limit: '0' },
  ])
    expect([more, (await ask(user, 'word', more)).status]).toEqual([more, 422]);
  expect(await find(user, '𝔸'.repeat(128))).toEqual([]);
});

it('S67 only one’s own conversations are searched, also where one was and where nobody may send', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [member, former] = others as [TestUser, TestUser];
  const stranger = await app.register();
  const open = await app.group(1, { visibility: 'public' });
  await say(owner, conversationId, 'needle in a group');
  await say(open.owner, open.conversationId, 'needle in public');
  const direct = (await owner.put(`/conversations/direct/${member.id}`)).body.id as string;
  await say(owner, direct, 'needle between two');
  await member.put(`/users/${owner.id}/block`);
  await former.post(`/conversations/${conversationId}/leave`);
  await indexAll(app);

  expect(await find(member, 'needle')).toEqual(['needle between two', 'needle in a group']);
  expect(await find(owner, 'needle')).toEqual(['needle between two', 'needle in a group']);
  expect(await find(former, 'needle')).toEqual([]);
  expect(await find(stranger, 'needle')).toEqual([]);
  expect(await find(member, 'needle', { conversationId })).toEqual(['needle in a group']);
  const refusals = await Promise.all(
    [conversationId, direct, open.conversationId].map((id) =>
      ask(stranger, 'needle', { conversationId: id }),
    ),
  );
  expect(refusals.map(({ status }) => status)).toEqual([404, 404, 403]);
});

it('S67 whoever is removed finds nothing from then on, at every node', async () => {
  const shared = sharedVariables();
  const [here, there] = [await startApp(shared), await startApp(shared)];
  const { conversationId, owner, others } = await here.group(2);
  const member = others[0]!;
  await say(owner, conversationId, 'a needle');
  await indexAll(here);
  const there1 = there.adopt(member.session);
  expect(await find(there1, 'needle')).toEqual(['a needle']); // which knows the right now
  await owner.delete(`/conversations/${conversationId}/members/${member.id}`);
  expect(await find(there1, 'needle')).toEqual([]);
  expect(await find(member, 'needle')).toEqual([]);
  await owner.delete(`/conversations/${conversationId}`);
  expect(await find(owner, 'needle')).toEqual([]);
  // These nodes hear nothing of each other: there the conversation is known until its messages are gone.
  const thereOwner = there.adopt(owner.session);
  await until(async () => (await find(thereOwner, 'needle')).length === 0);
});

it('S68 old words of an edited message find nothing, new ones do, and a deleted one is never shown', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const [edited, deleted] = (await say(owner, conversationId, 'old needle', 'another needle')) as [
    MessageView,
    MessageView,
  ];
  await indexAll(app);
  expect(await find(owner, 'needle')).toEqual(['another needle', 'old needle']);
  await owner.patch(pathOf(edited), { content: 'new haystack' });
  await owner.delete(pathOf(deleted));
  // No feed has been there since.
  expect(await find(owner, 'needle')).toEqual([]);
  await indexAll(app);
  expect(await find(owner, 'needle')).toEqual([]);
  expect(await find(owner, 'haystack')).toEqual(['new haystack']);
});

it('S68 what is sent, edited and deleted is found as it is by the feed alone', async () => {
  const app = await startApp({}, { timers: quickFeed });
  const { conversationId, owner } = await app.group(2);
  const [first] = await say(owner, conversationId, 'one needle', 'two needles', '🎉');
  await untilWhole(app);
  expect(await find(owner, 'needle*')).toEqual(['two needles', 'one needle']);
  await owner.patch(pathOf(first!), { content: 'a thread' });
  await untilWhole(app);
  expect(await find(owner, 'thread')).toEqual(['a thread']);
  await owner.delete(pathOf(first!));
  await untilWhole(app);
  expect(await find(owner, 'thread')).toEqual([]);
});

it('pages are whole: the latest first, also of messages of one moment', async () => {
  const app = await startApp();
  const [user, target, admin] = (await app.registerMany(3)) as [TestUser, TestUser, TestUser];
  const rows = numbers(250).map(() => seed({ kind: 'group', by: 'member' }, user, target, admin));
  const { connection } = app.app;
  await connection.collection('conversations').insertMany(rows.map((row) => row.conversation));
  await connection.collection('memberships').insertMany(rows.flatMap((row) => row.memberships));
  const start = Date.now() - 100_000;
  const messages = rows.flatMap((row, index) =>
    [1, 2].map((seq) => ({
      ...toStored({
        conversationId: row.conversation._id.toHexString(),
        seq,
        sender: seq === 1 ? target.id : admin.id,
        content: `needle ${index} ${seq}`,
      }),
      timestamp: new Date(start + Math.floor(index / 3)), // three conversations share a moment
    })),
  );
  await connection.collection<(typeof messages)[number]>('messages').insertMany(messages);
  await indexAll(app);

  const found: MessageView[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const more = { limit: '50', ...(cursor !== '' && { cursor }) };
    const { body } = await ask(user, 'needle', more);
    found.push(...body.items.map(({ message }: { message: MessageView }) => message));
    cursor = body.nextCursor;
  }
  expect(new Set(found.map(({ id }) => id)).size).toBe(500);
  expect(found).toHaveLength(500);
  const times = found.map(({ timestamp }) => timestamp);
  expect(times).toEqual(times.toSorted().toReversed());
  for (const [query, more] of [
    ['needle', { sender: admin.id }],
    ['nee*', {}],
  ] as const) {
    const { items, nextCursor } = (await ask(user, query, { ...more, limit: '99' })).body;
    // It ends before those of one place that would not fit.
    expect([query, items.length > 99 - 3, items.length <= 99]).toEqual([query, true, true]);
    expect(nextCursor).not.toBeNull();
  }
});

it('pages are whole, too, where more messages than a page has were sent at one moment', async () => {
  const app = await startApp();
  const [user, target, admin] = (await app.registerMany(3)) as [TestUser, TestUser, TestUser];
  const rows = numbers(7).map(() => seed({ kind: 'group', by: 'member' }, user, target, admin));
  const { connection } = app.app;
  await connection.collection('conversations').insertMany(rows.map((row) => row.conversation));
  await connection.collection('memberships').insertMany(rows.flatMap((row) => row.memberships));
  const timestamp = new Date();
  const messages = rows.map((row) => {
    const conversationId = row.conversation._id.toHexString();
    const content = 'needle';
    return { ...toStored({ conversationId, seq: 1, sender: target.id, content }), timestamp };
  });
  await connection.collection<(typeof messages)[number]>('messages').insertMany(messages);
  const [first] = rows;
  await say(user, first!.conversation._id.toHexString(), 'a later needle');
  await indexAll(app);
  for (const [limit, sizes] of [
    ['1', [1, 7]],
    ['3', [1, 7]],
    ['8', [8]],
  ] as const) {
    const found: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await ask(user, 'needle', { limit, ...(cursor !== '' && { cursor }) });
      found.push(body.items.length);
      cursor = body.nextCursor;
    }
    expect([limit, found]).toEqual([limit, sizes]);
  }
});

it('C92 the conversations of the reader are bound in the index, and nothing is sorted', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const elsewhere = await app.group(1);
  await say(
    elsewhere.owner,
    elsewhere.conversationId,
    ...numbers(40).map((n) => `common word ${n}`),
  );
  await say(owner, conversationId, 'common word', 'a common one', 'wordless');
  await indexAll(app);
  for (const query of ['common', 'common word', 'com*', 'comm*']) {
    const queries = await queriesOf(app, () => ask(owner, query), /\.search_entries$/);
    expect([query, queries.length]).toEqual([query, 1]);
    const [{ keysExamined, docsExamined, explain }] = queries as [(typeof queries)[number]];
    const { stages, indexes } = await explain();
    expect(new Set(indexes)).toEqual(new Set(['terms_1_conversation_1_at_-1_seq_-1']));
    expect([query, stages.includes('SORT')]).toEqual([query, false]);
    expect([query, docsExamined <= 3, keysExamined <= 10]).toEqual([query, true, true]);
  }
});

it('an answer says up to when nothing is missing, and the client asks as it should', async () => {
  const app = await startApp({}, { timers: quickFeed });
  const { conversationId, owner } = await app.group(1);
  const api = createApi(app.url, { load: () => owner.session, save: () => {} });
  await say(owner, conversationId, 'a needle');
  await untilWhole(app);
  const found = await search(api, { query: 'need* ', conversationId, sender: owner.id, limit: 1 });
  expect(found.items.map(({ message }) => message.content)).toEqual(['a needle']);
  expect(found.nextCursor).toBeNull();
  await expect
    .poll(async () => (await search(api, { query: 'needle' })).indexedUntil, { timeout: 60_000 })
    .toMatch(/^\d{4}-.*Z$/);
  expect(await search(api, { query: randomUUID() })).toMatchObject({ items: [] });
});
