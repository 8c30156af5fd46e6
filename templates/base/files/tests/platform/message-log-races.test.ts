import { expect, it } from 'vitest';
import type { StoredMessage } from '../../src/models/message.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { toStoredMessage } from '../../src/backend/messages/views.ts';
import { startApp } from '../support/app.ts';
import { createNode, numbers, outcome, outcomes, type Insert } from '../support/node.ts';

it('another node was faster: what is left is numbered anew, nothing is lost or doubled', async () => {
  const node = await createNode();
  expect(await outcome(node.send('first'))).toBe('1');
  await node.elsewhere(2);
  await node.elsewhere(3);
  expect(await outcomes(['a', 'b', 'c'].map((text) => node.send(text)))).toEqual(['4', '5', '6']);
  expect(await node.stored()).toEqual([
    '1 first',
    '2 elsewhere 2',
    '3 elsewhere 3',
    '4 a',
    '5 b',
    '6 c',
  ]);
});

it('another node was faster again and again: the send is stored all the same', async () => {
  let ahead = 0;
  const node = await createNode({
    around: (insert) => async (rows) => {
      // Whatever number this node chooses, the other one takes it first.
      if ((ahead += 1) <= 5) await node.elsewhere(rows[0]!.seq);
      return insert(rows);
    },
  });
  expect(await outcomes([node.send('a'), node.send('b')])).toEqual(['6', '7']);
  expect(await node.stored()).toHaveLength(7);
});

it('a conflict in the middle of a batch keeps the stored prefix and the other conversations', async () => {
  const node = await createNode();
  const to = newId().toHexString();
  await outcomes([node.send('first'), node.send('other first', { to })]);
  await node.elsewhere(2);
  const sends = [node.send('other second', { to }), node.send('second'), node.send('third')];
  expect(await outcomes(sends)).toEqual(['2', '3', '4']);
  expect(await node.stored()).toEqual(['1 first', '2 elsewhere 2', '3 second', '4 third']);
  expect(await node.stored(to)).toEqual(['1 other first', '2 other second']);
});

it('F16 an answer that was lost after the commit: the repeats are duplicates with the same numbers', async () => {
  let isLost = true;
  let inserts = 0;
  const node = await createNode({
    around: (insert) => async (rows) => {
      inserts += 1;
      const inserted = await insert(rows);
      if (isLost) throw new Error('the connection is gone');
      return inserted;
    },
  });
  const texts = numbers(200).map((number) => `message ${number}`);
  const send = () => texts.map((text) => node.send(text));
  expect(new Set(await outcomes(send()))).toEqual(new Set(['unavailable']));
  isLost = false;
  inserts = 0;
  expect(await outcomes(send())).toEqual(numbers(200).map((number) => `${number} duplicate`));
  expect(inserts).toBeLessThan(5); // not one a repeat
  expect(await outcome(node.send('next'))).toBe('201');
  expect(await node.stored()).toHaveLength(201);
  // The notices were lost with the answer: members hear of each message now.
  expect(new Set(node.toldAgain.map((row) => row.seq))).toEqual(new Set(numbers(200)));
});

it('F17 a repeat of what another node stored is a success, and the rest of the batch goes on', async () => {
  const node = await createNode();
  await node.elsewhere(1, 'again', node.sender);
  expect(await outcomes(['again', 'fresh'].map((text) => node.send(text)))).toEqual([
    '1 duplicate',
    '2',
  ]);
  expect(await outcome(node.send('other content', { name: 'again' }))).toBe('idempotency-mismatch');
});

it('a repeat whose number is taken too, by another message, is a repeat', async () => {
  const node = await createNode();
  await outcome(node.send('first'));
  await node.elsewhere(2, 'again', node.sender);
  await node.elsewhere(3);
  // Numbered 2 and 3: of the first one both indexes object, of the second one its number is taken.
  expect(await outcomes(['again', 'fresh'].map((text) => node.send(text)))).toEqual([
    '2 duplicate',
    '4',
  ]);
  expect(node.ends.at(-1)).toMatchObject({ messages: 2, conflicts: 1 });
});

it('a commit that fails whole gives no number away', async () => {
  let fails = true;
  const node = await createNode({
    around: (insert) => (rows) => (fails ? Promise.reject(new Error('no primary')) : insert(rows)),
  });
  const lost = ['a', 'b'].map((text) => node.send(text));
  expect(await outcomes(lost)).toEqual(['unavailable', 'unavailable']);
  fails = false;
  expect(await outcome(node.send('b'))).toBe('1');
  expect(await node.stored()).toEqual(['1 b']);
  expect(node.told.map(({ content }) => content)).toEqual(['b']);
});

it('a commit without a majority behind it has no known outcome, and its repeat finds it', async () => {
  const app = await startApp();
  const messages = app.app.connection.collection<StoredMessage>('messages');
  let isAlone = true;
  const insertForTwo: Insert = async (views) => {
    const rows = views.map(toStoredMessage);
    await messages.insertMany(rows, { ordered: true, writeConcern: { w: 2 } });
    return { stored: rows.length };
  };
  const node = await createNode({
    app,
    around: (insert) => (rows) =>
      // Two members are asked for and there is one: stored, and not acknowledged.
      isAlone ? insertForTwo(rows) : insert(rows),
  });
  expect(await outcomes([node.send('a'), node.send('b')])).toEqual(['unavailable', 'unavailable']);
  expect(node.told).toEqual([]);
  expect(await node.stored()).toEqual(['1 a', '2 b']);
  isAlone = false;
  expect(await outcomes(['a', 'b', 'c'].map((text) => node.send(text)))).toEqual([
    '1 duplicate',
    '2 duplicate',
    '3',
  ]);
});

it('a message that cannot be stored fails alone, and leaves no hole', async () => {
  const node = await createNode({
    around: (insert) => (rows) =>
      // No schema of ours lets this pass; the validator of the database is what refuses it.
      insert(rows.map((row) => (row.content === 'bad' ? { ...row, content: 7 as never } : row))),
  });
  const sends = ['good', 'bad', 'better'].map((text) => node.send(text));
  expect(await outcomes(sends)).toEqual(['1', 'internal', '2']);
  expect(await node.stored()).toEqual(['1 good', '2 better']);
});

it('a repeat whose message no majority shows in time has no known outcome; what is behind it waits with it', async () => {
  let isVisible = false;
  let repeats = 0;
  const node = await createNode({
    store: (store) => ({
      async find(keys) {
        repeats += 1;
        return isVisible ? store.find(keys) : [];
      },
    }),
    around: (insert) => async (rows) => {
      if (rows[0]?.content === 'behind') await new Promise(() => {});
      return insert(rows);
    },
  });
  await node.elsewhere(1, 'again', node.sender);
  const again = node.send('again', { inMs: 2_000 });
  const behind = node.send('behind', { inMs: 60_000 });
  expect(await outcome(again)).toBe('unavailable');
  expect(behind.isSettled).toBe(true); // long before its own deadline
  expect(repeats).toBeGreaterThan(1);
  expect(await outcome(behind)).toBe('unavailable');
  isVisible = true;
  expect(await outcome(node.send('again'))).toBe('1 duplicate');
});

it('S15 two nodes on the same conversations give every number once, without a hole', async () => {
  const app = await startApp();
  const nodes = [await createNode({ app }), await createNode({ app })];
  const conversations = numbers(5).map(() => newId().toHexString());
  const writer = async (node: (typeof nodes)[0], to: string) => {
    const by = newId().toHexString();
    for (const number of numbers(20)) await node.send(String(number), { to, by }).result;
  };
  await Promise.all(
    nodes.flatMap((node) => conversations.flatMap((to) => [1, 2, 3].map(() => writer(node, to)))),
  );
  const messages = app.app.connection.collection<StoredMessage>('messages');
  for (const to of conversations) {
    const rows = (await messages.find().sort({ seq: 1 }).toArray()).filter(
      (row) => row.conversation.toHexString() === to,
    );
    expect(rows.map((row) => row.seq)).toEqual(numbers(120));
    for (const sender of new Set(rows.map((row) => row.sender.toHexString()))) {
      const own = rows.filter((row) => row.sender.toHexString() === sender);
      expect(own.map((row) => row.content)).toEqual(numbers(20).map(String));
    }
  }
});
