import { expect, it } from 'vitest';
import { createKnownHeads } from '../src/backend/features/messages/heads.ts';
import { createHistory } from '../src/backend/features/messages/history.ts';
import { createCommit, type Numbered } from '../src/backend/features/messages/commit.ts';
import { createLane } from '../src/backend/features/messages/lane.ts';
import { createSend, type Send } from '../src/backend/features/messages/sends.ts';
import type { StoredMessage } from '../src/backend/features/messages/views.ts';
import { newId, toObjectId } from '../src/backend/shared/ids.ts';
import { createModels } from '../src/models/index.ts';
import { pino } from 'pino';
import { startApp, until } from './support/app.ts';

/** A second node in this process: lanes of its own on the database of an app. */
async function createNode(change: (insert: Insert) => Insert = (insert) => insert) {
  const app = await startApp();
  const models = createModels(app.app.connection);
  const history = createHistory({ models });
  const heads = createKnownHeads(history.lastSeqs);
  const messages = app.app.connection.collection<StoredMessage>('messages');
  const told: Numbered[] = [];
  const insert: Insert = (rows) =>
    messages.insertMany(rows, { ordered: true, writeConcern: { w: 'majority' } });
  const lane = createLane(
    createCommit({
      log: pino({ level: 'silent' }),
      heads,
      history,
      insert: change(insert),
      stored: (numbered) => void told.push(...numbered),
      repeated: () => {},
    }),
  );
  const conversationId = newId().toHexString();
  const sender = newId().toHexString();
  function send(content: string, to = conversationId, id = content, by = sender): Send {
    const request = { conversationId: to, sender: by, clientMessageId: id, content };
    const created = createSend(request, {
      _id: newId(),
      conversation: toObjectId(to),
      sender: toObjectId(by),
      clientMessageId: id,
      content,
      timestamp: new Date(),
      rev: 0,
      editedAt: null,
      deletedAt: null,
    });
    created.verdict.catch(() => {});
    lane.push(created);
    return created;
  }
  /** Another node stores a message without telling anybody. */
  const elsewhere = (seq: number, id = `elsewhere ${seq}`, by = newId().toHexString()) =>
    messages.insertOne({
      _id: newId(),
      conversation: toObjectId(conversationId),
      seq,
      sender: toObjectId(by),
      clientMessageId: id,
      content: id,
      timestamp: new Date(),
      rev: 0,
      editedAt: null,
      deletedAt: null,
    });
  const stored = async (of = conversationId) =>
    (
      await messages
        .find({ conversation: toObjectId(of) })
        .sort({ seq: 1 })
        .toArray()
    ).map((row) => `${row.seq} ${row.content}`);
  return { conversationId, sender, heads, lane, send, elsewhere, stored, told, messages };
}

type Insert = (rows: StoredMessage[]) => Promise<unknown>;

const outcome = (send: Send): Promise<string> =>
  send.verdict.then(
    ({ message, duplicate }) => `${message.seq}${duplicate ? ' duplicate' : ''}`,
    (error: { code: string }) => error.code,
  );

it('stores what waits as one batch, in order', async () => {
  let inserts = 0;
  const node = await createNode((insert) => (rows) => {
    inserts += 1;
    return insert(rows);
  });
  const sends = Array.from({ length: 200 }, (_, index) => node.send(`message ${index}`));
  const results = await Promise.all(sends.map(outcome));
  expect(results).toEqual(Array.from({ length: 200 }, (_, index) => `${index + 1}`));
  expect(inserts).toBe(1);
});

it('another node was faster: what is left is numbered anew, nothing is lost or doubled', async () => {
  const node = await createNode();
  expect(await outcome(node.send('first'))).toBe('1');
  await node.elsewhere(2);
  await node.elsewhere(3);
  const results = await Promise.all(['a', 'b', 'c'].map((text) => outcome(node.send(text))));
  expect(results).toEqual(['4', '5', '6']);
  expect(await node.stored()).toEqual([
    '1 first',
    '2 elsewhere 2',
    '3 elsewhere 3',
    '4 a',
    '5 b',
    '6 c',
  ]);
});

it('a conflict in the middle of a batch keeps the stored prefix and the other conversations', async () => {
  const node = await createNode();
  const other = newId().toHexString();
  await Promise.all([outcome(node.send('first')), outcome(node.send('other first', other))]);
  await node.elsewhere(2);
  const results = await Promise.all([
    outcome(node.send('other second', other)),
    outcome(node.send('second')),
    outcome(node.send('third')),
  ]);
  expect(results).toEqual(['2', '3', '4']);
  expect(await node.stored()).toEqual(['1 first', '2 elsewhere 2', '3 second', '4 third']);
  expect(await node.stored(other)).toEqual(['1 other first', '2 other second']);
});

it('F16 an answer that was lost after the commit: the repeat is a duplicate with the same number', async () => {
  let isLost = true;
  const node = await createNode((insert) => async (rows) => {
    await insert(rows);
    if (isLost) throw new Error('the connection is gone');
  });
  expect(await outcome(node.send('hello'))).toBe('unavailable');
  isLost = false;
  expect(await outcome(node.send('hello'))).toBe('1 duplicate');
  expect(await outcome(node.send('next'))).toBe('2');
  expect(await node.stored()).toEqual(['1 hello', '2 next']);
});

it('a commit that fails whole gives no number away', async () => {
  let fails = true;
  const node = await createNode(
    (insert) => (rows) => (fails ? Promise.reject(new Error('no primary')) : insert(rows)),
  );
  expect(await Promise.all(['a', 'b'].map((text) => outcome(node.send(text))))).toEqual([
    'unavailable',
    'unavailable',
  ]);
  fails = false;
  expect(await outcome(node.send('b'))).toBe('1');
  expect(await node.stored()).toEqual(['1 b']);
  expect(node.told.map(({ row }) => row.content)).toEqual(['b']);
});

it('F17 a repeat of what another node stored is a success, and the rest of the batch goes on', async () => {
  const node = await createNode();
  await node.elsewhere(1, 'again', node.sender);
  const results = await Promise.all(['again', 'fresh'].map((text) => outcome(node.send(text))));
  expect(results).toEqual(['1 duplicate', '2']);
  const changed = node.send('other content', node.conversationId, 'again');
  expect(await outcome(changed)).toBe('idempotency-mismatch');
});

it('an objection that is nobody’s race fails its own row only', async () => {
  const node = await createNode(
    (insert) => (rows) =>
      insert(rows.map((row) => (row.content === 'bad' ? { ...row, _id: rows[0]!._id } : row))),
  );
  const results = await Promise.all(
    ['good', 'bad', 'better'].map((text) => outcome(node.send(text))),
  );
  expect(results).toEqual(['1', 'internal', '2']);
  expect(await node.stored()).toEqual(['1 good', '2 better']);
});

it('a send fails at its own deadline while its commit hangs, and what waits behind it fails with it', async () => {
  let release = (): void => {};
  const hang = new Promise<void>((resolve) => (release = resolve));
  let isHanging = true;
  const node = await createNode((insert) => async (rows) => {
    if (isHanging) await hang;
    return insert(rows);
  });
  const first = node.send('first');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const behind = node.send('behind');
  const other = node.send('other', node.conversationId, 'other', newId().toHexString());
  isHanging = false;
  expect(await outcome(first)).toBe('unavailable');
  expect(await outcome(behind)).toBe('unavailable');
  expect(await outcome(other)).toBe('1');
  release(); // the late insert is refereed: its number is taken
  await until(() => node.lane.isIdle);
  expect(await outcome(node.send('first'))).toBe('2');
  expect(await outcome(node.send('behind'))).toBe('3');
  expect((await node.stored()).map((row) => row.split(' ')[0])).toEqual(['1', '2', '3']);
}, 30_000);

it('repeats that wait together are one row and share its verdict', async () => {
  const node = await createNode();
  const sends = Array.from({ length: 10 }, () => node.send('once'));
  const other = node.send('different', node.conversationId, 'once');
  const results = await Promise.all([...sends, other].map(outcome));
  expect(results.filter((text) => text === '1')).toHaveLength(1);
  expect(results.filter((text) => text === '1 duplicate')).toHaveLength(9);
  expect(results.at(-1)).toBe('idempotency-mismatch');
  expect(await node.stored()).toEqual(['1 once']);
});

it('a full lane refuses at once', async () => {
  const node = await createNode();
  let refused = 0;
  for (let index = 0; index < 1_100; index += 1)
    try {
      node.send(`message ${index}`);
    } catch (error) {
      expect(error).toMatchObject({ code: 'unavailable' });
      refused += 1;
    }
  expect(refused).toBe(100);
  await until(() => node.lane.isIdle);
  expect(await node.stored()).toHaveLength(1_000);
});

it('S15 two nodes on the same conversations give every number once, without a hole', async () => {
  const app = await startApp();
  const models = createModels(app.app.connection);
  const history = createHistory({ models });
  const messages = app.app.connection.collection<StoredMessage>('messages');
  const conversations = Array.from({ length: 5 }, () => newId().toHexString());
  const nodes = [1, 2].map(() =>
    createLane(
      createCommit({
        log: pino({ level: 'silent' }),
        heads: createKnownHeads(history.lastSeqs),
        history,
        insert: (rows) =>
          messages.insertMany(rows, { ordered: true, writeConcern: { w: 'majority' } }),
        stored: () => {},
        repeated: () => {},
      }),
    ),
  );
  const writer = async (lane: (typeof nodes)[0], conversationId: string) => {
    const sender = newId();
    for (let number = 0; number < 20; number += 1) {
      const request = {
        conversationId,
        sender: sender.toHexString(),
        clientMessageId: `${number}`,
        content: 'x',
      };
      const send = createSend(request, {
        _id: newId(),
        conversation: toObjectId(conversationId),
        sender,
        clientMessageId: `${number}`,
        content: 'x',
        timestamp: new Date(),
        rev: 0,
        editedAt: null,
        deletedAt: null,
      });
      lane.push(send);
      await send.verdict;
    }
  };
  await Promise.all(
    nodes.flatMap((lane) => conversations.flatMap((id) => [1, 2, 3].map(() => writer(lane, id)))),
  );
  for (const id of conversations) {
    const rows = await messages
      .find({ conversation: toObjectId(id) })
      .sort({ seq: 1 })
      .toArray();
    expect(rows.map((row) => row.seq)).toEqual(
      Array.from({ length: 120 }, (_, index) => index + 1),
    );
  }
}, 60_000);

it('believes what another node says of a head only if it knows the old one and the step is small', async () => {
  let reads = 0;
  const heads = createKnownHeads(async (ids) => {
    reads += 1;
    return new Map(ids.map((id) => [id, 10]));
  });
  const head = async () => (await heads.of(['a'])).get('a');
  heads.hear([['a', 50]]);
  expect([await head(), reads]).toEqual([10, 1]); // unknown: read
  heads.hear([['a', 60]]);
  expect([await head(), reads]).toEqual([60, 1]); // believed
  heads.hear([['a', 40]]);
  expect([await head(), reads]).toEqual([60, 1]); // never back
  heads.hear([['a', 1_000]]);
  expect([await head(), reads]).toEqual([10, 2]); // too far: forgotten, read again
  heads.forgetAll();
  expect([await head(), reads]).toEqual([10, 3]);
});

it('does not keep a head that was read before everything was forgotten', async () => {
  let answer = (_heads: Map<string, number>): void => {};
  let reads = 0;
  const heads = createKnownHeads(() => {
    reads += 1;
    return new Promise((resolve) => (answer = resolve));
  });
  const first = heads.of(['a']);
  heads.forgetAll();
  answer(new Map([['a', 5]]));
  expect((await first).get('a')).toBe(5);
  void heads.of(['a']);
  expect(reads).toBe(2);
});
