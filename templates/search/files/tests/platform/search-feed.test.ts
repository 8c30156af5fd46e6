import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { MongoEntries } from '../../src/backend/search/mongo-entries.ts';
import { searchLimits } from '../../src/configs/search-limits.ts';
import { toObjectId } from '../../src/platform/database/ids.ts';
import { systemClock } from '../../src/platform/lib/time.ts';
import { ProjectionFeed } from '../../src/platform/log/projection-feed.ts';
import { sharedVariables, startApp, until, type TestApp, type TestUser } from '../support/app.ts';
import { holdCommit } from '../support/held-commits.ts';
import { numbers, seedMessages } from '../support/node.ts';
import {
  entriesOf,
  find,
  indexAll,
  isWhole,
  pathOf,
  projectionOf,
  quickFeed,
  say,
  untilWhole,
} from '../support/search.ts';
import { createTestTimers } from '../support/timers.ts';

const progressOf = async ({ app }: TestApp, conversationId: string) =>
  app.connection.collection('search_progress').findOne({ _id: toObjectId(conversationId) });

/** Sends, edits and deletes, until it is told to end; returns how many messages there were. */
function talk(user: TestUser, conversationId: string) {
  const ending = new AbortController();
  const run = async (): Promise<number> => {
    let sent = 0;
    for (; !ending.signal.aborted; sent += 4) {
      const words = numbers(4).map((number) => `word ${sent + number} of many`);
      const [one, other] = await say(user, conversationId, ...words);
      await user.patch(pathOf(one!), { content: `edited ${sent}` });
      await user.delete(pathOf(other!));
    }
    return sent;
  };
  const done = run();
  done.catch(() => {}); // whoever ends it is told
  return {
    end(): Promise<number> {
      ending.abort();
      return done;
    },
  };
}

it('S69 entries are made anew while messages arrive, and sends go on', async () => {
  const app = await startApp({}, { timers: quickFeed });
  const groups = [await app.group(1), await app.group(1)] as const;
  await seedMessages(app, groups[0].conversationId, 1_200, { content: 'stored before' });
  await seedMessages(app, groups[1].conversationId, 1);
  await indexAll(app);
  const entries = app.app.connection.collection('search_entries');
  // What no message says any more, and what is missing.
  await entries.updateMany({ seq: { $lte: 50 } }, { $set: { terms: ['wrong'] } });
  await entries.deleteMany({ seq: { $gt: 700, $lt: 900 } });
  const talks = groups.map(({ owner, conversationId }) => talk(owner, conversationId));
  const told: number[] = [];
  await projectionOf(app).rebuild((conversations) => void told.push(conversations));
  const sent = await Promise.all(talks.map((one) => one.end()));
  expect(Math.min(...sent)).toBeGreaterThan(0);
  expect(told.at(-1)).toBe(2);
  await untilWhole(app);
  expect(await find(groups[0].owner, 'wrong')).toEqual([]);
});

it('a step holds a part of its messages in memory, and is one transaction', async () => {
  const app = await startApp();
  const { conversationId } = await app.group(1);
  const { states, statesAtOnce } = searchLimits.feed;
  await seedMessages(app, conversationId, states + 1);
  const writes = vi.spyOn(MongoEntries.prototype, 'write');
  const ends = await projectionOf(app).step([conversationId]);
  const sizes = writes.mock.calls.map(([entries]) => entries.length);
  expect(sizes).toEqual(Array.from({ length: states / statesAtOnce }, () => statesAtOnce));
  expect(new Set(writes.mock.calls.map(([, , session]) => session)).size).toBe(1);
  expect(ends).toEqual({ whole: new Set(), cut: [conversationId] });
  expect(await progressOf(app, conversationId)).toMatchObject({ seq: states, rev: 0 });
});

it('S69 what was begun anew and ended in the middle is made whole by the next sweep', async () => {
  const app = await startApp();
  const { conversationId } = await app.group(1);
  await seedMessages(app, conversationId, 1_200);
  await indexAll(app);
  const { connection } = app.app;
  const start = connection.startSession.bind(connection);
  // It ends when a part of the entries is forgotten.
  const sessions = vi.spyOn(connection, 'startSession').mockImplementationOnce(start);
  sessions.mockRejectedValue(new Error('the process ends'));
  await expect(projectionOf(app).rebuild(() => {})).rejects.toThrow('the process ends');
  sessions.mockRestore();
  expect((await entriesOf(app)).length).toBeLessThan(1_200);
  const other = await startApp(
    { MONGODB_URI: app.variables['MONGODB_URI']! },
    { timers: quickFeed },
  );
  await untilWhole(other);
});

it('F36 what a node had noted and not fed is found by another one', async () => {
  const shared = sharedVariables();
  const first = await startApp(shared, { timers: createTestTimers() }); // feeds nothing
  const { conversationId, owner } = await first.group(1);
  const [message] = await say(owner, conversationId, 'noted', 'and lost');
  await owner.patch(pathOf(message!), { content: 'noted twice' });
  await first.app.stop(true);
  const second = await startApp(shared, { timers: quickFeed });
  await untilWhole(second);
  expect(await find(second.adopt(owner.session), 'twice')).toEqual(['noted twice']);
});

it('F36 a step that ends before its commit leaves nothing, and one after it everything', async () => {
  for (const when of ['before', 'after'] as const) {
    const app = await startApp();
    const { conversationId, owner } = await app.group(1);
    await say(owner, conversationId, 'one', 'two');
    const held = holdCommit(app, when);
    const step = projectionOf(app).step([conversationId]);
    await held.reached;
    // Another node, whose connection is another one.
    const entries = await entriesOf(app);
    expect([when, entries.length]).toEqual([when, when === 'before' ? 0 : 2]);
    const progress = await progressOf(app, conversationId);
    expect(progress?.['seq'] ?? 0).toBe(when === 'before' ? 0 : 2);
    held.release();
    expect((await step).whole).toEqual(new Set([conversationId]));
    expect(await isWhole(app)).toBe(true);
  }
});

it('F36 two feeds make everything once, and no old state replaces a newer one', async () => {
  const shared = sharedVariables();
  const nodes = [
    await startApp(shared, { timers: quickFeed }),
    await startApp(shared, { timers: quickFeed }),
  ] as const;
  const { conversationId, owner } = await nodes[0].group(1);
  await seedMessages(nodes[0], conversationId, 1_500);
  const ends = nodes.map((node) => talk(node.adopt(owner.session), conversationId));
  const projections = nodes.map(projectionOf);
  for (const _ of numbers(5))
    await Promise.all(projections.map((one) => one.catchUp([conversationId])));
  const sent = await Promise.all(ends.map((one) => one.end()));
  expect(Math.min(...sent)).toBeGreaterThan(0);
  await untilWhole(nodes[0]);
  const progress = await progressOf(nodes[0], conversationId);
  const { lastSeq, lastRev } = (await owner.get(`/conversations/${conversationId}`)).body;
  expect(progress).toMatchObject({ seq: lastSeq, rev: lastRev });
});

it('F36 a progress above the head, as after the database was restored, starts anew', async () => {
  const app = await startApp();
  const [kept, gone] = [await app.group(1), await app.group(1)];
  const other = await app.group(1);
  for (const { owner, conversationId } of [kept, gone, other]) {
    const [first] = await say(owner, conversationId, 'first', 'second', 'third');
    await owner.patch(pathOf(first!), { content: 'first again' });
  }
  await indexAll(app);
  const { connection } = app.app;
  // Of one conversation the end is lost, another one is not there any more.
  const [keptId, goneId] = [kept, gone].map(({ conversationId }) => toObjectId(conversationId));
  await connection.collection('messages').deleteMany({ conversation: keptId, seq: 3 });
  await connection.collection('changes').deleteMany({ conversation: keptId });
  await connection.collection('messages').deleteMany({ conversation: goneId });
  await connection.collection('changes').deleteMany({ conversation: goneId });
  expect(await entriesOf(app)).toHaveLength(9);

  const again = await startApp(
    { MONGODB_URI: app.variables['MONGODB_URI']! },
    { timers: quickFeed },
  );
  await untilWhole(again);
  expect(await entriesOf(again)).toHaveLength(5);
  expect(await progressOf(again, kept.conversationId)).toMatchObject({ seq: 2, rev: 0 });
  expect(await progressOf(again, gone.conversationId)).toBeNull();
  expect(await progressOf(again, other.conversationId)).toMatchObject({ seq: 3, rev: 1 });
});

it('a step has a bounded number of states, changes first, and says what is not at its end', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const [first] = await say(owner, conversationId, 'first');
  await indexAll(app);
  await seedMessages(app, conversationId, 900, { from: 2 });
  await owner.delete(pathOf(first!));
  const projection = projectionOf(app);
  const cut = { whole: new Set(), cut: [conversationId] };
  expect(await projection.step([conversationId])).toEqual(cut);
  expect(await progressOf(app, conversationId)).toMatchObject({ seq: 500, rev: 1 });
  const whole = { whole: new Set([conversationId]), cut: [] };
  expect(await projection.step([conversationId])).toEqual(whole);
  expect(await isWhole(app)).toBe(true);
});

it('what has much to catch up keeps no other conversation waiting', async () => {
  const timers = createTestTimers();
  const app = await startApp({}, { timers });
  const [long, short] = [await app.group(1), await app.group(1)];
  await seedMessages(app, long.conversationId, 2_600);
  await say(long.owner, long.conversationId, 'the last of many');
  expect(long.conversationId < short.conversationId).toBe(true); // it is read first
  const round = (): void => timers.pass(searchLimits.feed.everyMs);
  const seqOf = async () => Number((await progressOf(app, long.conversationId))?.['seq'] ?? 0);
  round();
  await until(async () => (await seqOf()) >= 500);
  await say(short.owner, short.conversationId, 'needle');
  await until(async () => {
    round();
    return (await find(short.owner, 'needle')).length > 0;
  });
  expect(await seqOf()).toBeLessThan(2_601);
  await until(async () => {
    round();
    return isWhole(app);
  });
});

it('a node under load feeds nothing, and one that fails says so once and goes on', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await say(owner, conversationId, 'a needle');
  const projection = projectionOf(app);
  const timers = createTestTimers();
  const lines: string[] = [];
  let [isOverloaded, isBroken, rounds] = [true, true, 0];
  const feed = new ProjectionFeed({
    projection: {
      compare: (ids) => projection.compare(ids),
      restart: (id) => projection.restart(id),
      walk: (size) => projection.walk(size),
      async step(ids) {
        rounds += 1;
        if (isBroken) throw new Error('the database is away');
        return projection.step(ids);
      },
    },
    timers,
    clock: systemClock,
    log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    isOverloaded: () => isOverloaded,
    storedWithinMs: 0,
    everyMs: 1_000,
    sweepEvery: 60,
    sweepPage: 10,
    sweepMs: 10_000,
  });
  feed.start();
  feed.note(conversationId);
  timers.pass(5_000);
  expect(rounds).toBe(0);
  isOverloaded = false;
  for (const wanted of [1, 2, 3])
    await until(() => {
      if (rounds < wanted) timers.pass(1_000);
      return rounds >= wanted;
    });
  isBroken = false;
  await until(async () => {
    timers.pass(1_000);
    return isWhole(app);
  });
  await until(() => {
    timers.pass(1_000);
    return feed.wholeUntil !== undefined;
  });
  expect(lines).toHaveLength(1);
  await feed.stop();
  const before = rounds;
  feed.note(conversationId);
  timers.pass(5_000);
  expect(rounds).toBe(before);
});
