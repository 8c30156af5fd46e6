import { expect, it } from 'vitest';
import { createKnownHeads } from '../src/backend/features/messages/heads.ts';

/** Heads over a database in which every conversation stands at 10. */
function createHeads() {
  const reads: string[][] = [];
  const heads = createKnownHeads(async (ids) => {
    reads.push([...ids]);
    return new Map(ids.map((id) => [id, 10]));
  });
  const head = async (id = 'a') => (await heads.of([id])).get(id);
  return { heads, head, reads };
}

it('reads all unknown heads at once, and known ones not at all', async () => {
  const { heads, reads } = createHeads();
  heads.advance('a', 3);
  expect(await heads.of(['a', 'b', 'c'])).toEqual(
    new Map([
      ['a', 3],
      ['b', 10],
      ['c', 10],
    ]),
  );
  await heads.of(['a', 'b', 'c']);
  expect(reads).toEqual([['b', 'c']]);
});

it('believes another node only if it knows the old head and the step is small', async () => {
  const { heads, head, reads } = createHeads();
  heads.hear([['a', 50]]);
  expect([await head(), reads.length]).toEqual([10, 1]); // unknown: read
  heads.hear([['a', 60]]);
  expect([await head(), reads.length]).toEqual([60, 1]); // believed
  heads.hear([['a', 40]]);
  expect([await head(), reads.length]).toEqual([60, 1]); // never back
  heads.hear([['a', 560]]);
  expect([await head(), reads.length]).toEqual([560, 1]); // 500 above: the largest step
  heads.hear([['a', 1_061]]);
  expect([await head(), reads.length]).toEqual([10, 2]); // too far: forgotten, read again
});

it('forgets one conversation after a conflict and all after a change of the topology', async () => {
  const { heads, head, reads } = createHeads();
  await Promise.all([head('a'), head('b')]);
  heads.forget(['a']);
  await Promise.all([head('a'), head('b')]);
  expect(reads).toEqual([['a'], ['b'], ['a']]);
  heads.forgetAll();
  await heads.of(['a', 'b']);
  expect(reads.at(-1)).toEqual(['a', 'b']);
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
