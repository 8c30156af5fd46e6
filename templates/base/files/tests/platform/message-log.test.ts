import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { toMessageView, toNewMessage, toStoredMessage } from '../../src/backend/messages/views.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { until } from '../support/app.ts';
import {
  createGate,
  createNode,
  numbers,
  outcome,
  outcomes,
  type Insert,
} from '../support/node.ts';

/** Counts the inserts of a node. */
function counted() {
  const count = { inserts: 0 };
  const around =
    (insert: Insert): Insert =>
    (rows) => {
      count.inserts += 1;
      return insert(rows);
    };
  return { count, around };
}

type Gated = (insert: Insert, passed: Promise<void>) => Insert;

const waitBefore: Gated = (insert, passed) => async (rows) => {
  await passed;
  return insert(rows);
};

/** A node whose inserts wait until a gate is open, and are counted. */
async function createGatedNode(gated = waitBefore) {
  const gate = createGate();
  const { count, around } = counted();
  const node = await createNode({ around: (insert) => around(gated(insert, gate.passed)) });
  return { node, gate, count };
}

it('tells of a message what its row reads as later', () => {
  const [conversationId, sender] = [newId().toHexString(), newId().toHexString()];
  const draft = { conversationId, sender, id: randomUUID(), content: 'text' };
  const message = toNewMessage(draft, 7, new Date());
  expect(toMessageView(toStoredMessage(message))).toEqual(message);
});

it('stores what waits as one batch, in order, over all its conversations', async () => {
  const { count, around } = counted();
  const node = await createNode({ around });
  const conversations = [1, 2, 3].map(() => newId().toHexString());
  const sends = numbers(60).flatMap((number) =>
    conversations.map((to) => node.send(`message ${number}`, { to })),
  );
  expect(await outcomes(sends)).toEqual(
    numbers(60).flatMap((number) => conversations.map(() => String(number))),
  );
  expect(count.inserts).toBe(1);
  for (const to of conversations)
    expect(await node.stored(to)).toEqual(
      numbers(60).map((number) => `${number} message ${number}`),
    );
});

it('what comes while a commit is under way waits, and is one batch after it', async () => {
  const { node, gate, count } = await createGatedNode();
  const first = node.send('first');
  await until(() => count.inserts === 1);
  const sends = numbers(50).map((number) => node.send(`waiting ${number}`));
  gate.open();
  expect(await outcomes([first, ...sends])).toEqual(numbers(51).map(String));
  expect(count.inserts).toBe(2);
});

it('says nothing to anybody before the commit', async () => {
  const { node, gate, count } = await createGatedNode((insert, passed) => async (rows) => {
    const inserted = await insert(rows);
    await passed; // stored, but not acknowledged yet
    return inserted;
  });
  const send = node.send('hello');
  await until(async () => count.inserts === 1 && (await node.stored()).length === 1);
  expect([send.isSettled, node.told.length]).toEqual([false, 0]);
  gate.open();
  expect([await outcome(send), node.told.length]).toEqual(['1', 1]);
});

it('repeats that wait together are one row and share its result', async () => {
  const node = await createNode();
  const sends = numbers(10).map(() => node.send('once'));
  const other = node.send('different', { name: 'once' });
  const results = await outcomes([...sends, other]);
  expect(results.filter((text) => text === '1')).toHaveLength(1);
  expect(results.filter((text) => text === '1 duplicate')).toHaveLength(9);
  expect(results.at(-1)).toBe('idempotency-mismatch');
  expect(await node.stored()).toEqual(['1 once']);
});

it('repeats that wait together are each measured against what is stored', async () => {
  const node = await createNode();
  await node.elsewhere(1, 'id', node.sender);
  const wrong = node.send('other content', { name: 'id' });
  const right = node.send('id');
  expect(await outcomes([wrong, right])).toEqual(['idempotency-mismatch', '1 duplicate']);
});

it('an id is one message of one sender in one conversation, whether it waits or is stored', async () => {
  const node = await createNode();
  const first = node.send('mine');
  const { id } = first.draft;
  const others = () => [
    node.send('mine', { id, by: newId().toHexString() }),
    node.send('mine', { id, to: newId().toHexString() }),
  ];
  const mismatches = ['idempotency-mismatch', 'idempotency-mismatch'];
  expect(await outcomes([first, ...others()])).toEqual(['1', ...mismatches]);
  expect(await outcomes(others())).toEqual(mismatches);
  expect(node.toldAgain).toEqual([]);
  expect(await outcome(node.send('mine'))).toBe('1 duplicate');
  expect(node.toldAgain).toMatchObject([{ id, seq: 1 }]);
});

it('a full queue refuses at once, repeats included, and takes again when it is empty', async () => {
  const node = await createNode();
  let refused = 0;
  for (const number of numbers(1_100))
    try {
      node.send(`message ${Math.ceil(number / 2)}`);
    } catch (error) {
      expect(error).toMatchObject({ code: 'unavailable' });
      refused += 1;
    }
  expect(refused).toBe(100);
  await node.log.idle();
  expect(await node.stored()).toHaveLength(500);
  expect(await outcome(node.send('afterwards'))).toBe('501');
});

it('a queue of 8 MiB is full, however few messages that is', async () => {
  const node = await createNode();
  const content = 'x'.repeat(1024 * 1024);
  const sends = numbers(8).map((number) => node.send(content, { name: String(number) }));
  expect(() => node.send(content, { name: 'one more' })).toThrow();
  expect(await outcomes(sends)).toEqual(numbers(8).map(String));
});

it('a send fails at its own deadline while its commit hangs, and what is behind it fails with it', async () => {
  let isFirst = true;
  const { node, gate, count } = await createGatedNode((insert, passed) => async (rows) => {
    if (isFirst) {
      isFirst = false;
      await passed;
    }
    return insert(rows);
  });
  const first = node.send('first', { inMs: 1_000 });
  await until(() => count.inserts === 1);
  const behind = node.send('behind');
  const again = node.send('first'); // a repeat, while the first one is under way
  const other = node.send('other', { by: newId().toHexString() });
  expect(await outcomes([first, behind, again])).toEqual([
    'unavailable',
    'unavailable',
    'unavailable',
  ]);
  expect(await outcome(other)).toBe('1');
  gate.open(); // the late insert finds its number taken
  await node.log.idle();
  expect(await outcomes(['first', 'behind'].map((text) => node.send(text)))).toEqual(['2', '3']);
  expect(await node.stored()).toEqual(['1 other', '2 first', '3 behind']);
});

it('a send fails at its own deadline while the last numbers cannot be read, and the log goes on', async () => {
  let hangs = true;
  const node = await createNode({
    store: (store) => ({
      lastSeqs: (ids) => (hangs ? new Promise(() => {}) : store.lastSeqs(ids)),
    }),
  });
  expect(await outcome(node.send('lost', { inMs: 100 }))).toBe('unavailable');
  hangs = false;
  expect(await outcome(node.send('stored'))).toBe('1');
});

it('a late success does no harm: the repeat is a duplicate', async () => {
  const { node, gate, count } = await createGatedNode();
  const hello = node.send('hello', { inMs: 1_000 });
  await until(() => count.inserts === 1);
  expect(await outcome(hello)).toBe('unavailable');
  gate.open();
  await until(async () => (await node.stored()).length === 1);
  expect(await outcome(node.send('hello'))).toBe('1 duplicate');
  expect(await outcome(node.send('next'))).toBe('2');
});

it('a send that comes with less time than those before it is answered in its time', async () => {
  const node = await createNode({ around: () => () => new Promise(() => {}) });
  const patient = node.send('patient', { inMs: 60_000 });
  const late = node.send('late', {
    inMs: 50,
    to: newId().toHexString(),
    by: newId().toHexString(),
  });
  expect(await outcome(late)).toBe('unavailable');
  expect(patient.isSettled).toBe(false);
});
