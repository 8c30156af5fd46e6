import { expect, it } from 'vitest';
import { LastNumbers } from '../../src/platform/log/last-numbers.ts';

/** Numbers over a database in which every conversation stands at 10. */
function createNumbers() {
  const reads: string[][] = [];
  const numbers = new LastNumbers(async (ids) => {
    reads.push([...ids]);
    return new Map(ids.map((id) => [id, 10]));
  });
  const last = async (id = 'a') => (await numbers.of([id])).get(id);
  return { numbers, last, reads };
}

it('reads all unknown numbers at once, and known ones not at all', async () => {
  const { numbers, reads } = createNumbers();
  numbers.advance('a', 3);
  expect(await numbers.of(['a', 'b', 'c'])).toEqual(
    new Map([
      ['a', 3],
      ['b', 10],
      ['c', 10],
    ]),
  );
  await numbers.of(['a', 'b', 'c']);
  expect(reads).toEqual([['b', 'c']]);
});

it('believes another node only if it knows the number before and the step is small', async () => {
  const { numbers, last, reads } = createNumbers();
  numbers.believe('a', 50);
  expect([await last(), reads.length]).toEqual([10, 1]); // unknown: read
  numbers.believe('a', 60);
  expect([await last(), reads.length]).toEqual([60, 1]); // believed
  numbers.believe('a', 40);
  expect([await last(), reads.length]).toEqual([60, 1]); // never back
  numbers.believe('a', 560);
  expect([await last(), reads.length]).toEqual([560, 1]); // 500 above: the largest step
  numbers.believe('a', 1_061);
  expect([await last(), reads.length]).toEqual([10, 2]); // too far: forgotten, read again
});

it('forgets one conversation after a conflict and all after a change of the topology', async () => {
  const { numbers, last, reads } = createNumbers();
  await Promise.all([last('a'), last('b')]);
  numbers.forget(['a']);
  await Promise.all([last('a'), last('b')]);
  expect(reads).toEqual([['a'], ['b'], ['a']]);
  numbers.forgetAll();
  await numbers.of(['a', 'b']);
  expect(reads.at(-1)).toEqual(['a', 'b']);
});

it('does not keep a number that was read before everything was forgotten', async () => {
  let answer = (_heads: Map<string, number>): void => {};
  let reads = 0;
  const numbers = new LastNumbers(() => {
    reads += 1;
    return new Promise((resolve) => (answer = resolve));
  });
  const first = numbers.of(['a']);
  numbers.forgetAll();
  answer(new Map([['a', 5]]));
  expect((await first).get('a')).toBe(5);
  void numbers.of(['a']);
  expect(reads).toBe(2);
});
