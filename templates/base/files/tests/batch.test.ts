import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createBatch } from '../src/backend/shared/batch.ts';

it('F22 what is asked within a window is one load, and what comes after it another', async () => {
  const loads: (readonly string[])[] = [];
  const lengths = createBatch(
    async (keys) => {
      loads.push(keys);
      if (keys.includes('bad')) throw new Error('away');
      return new Map(keys.map((key) => [key, key.length]));
    },
    () => nextTurn(),
  );
  const answers = await Promise.all([lengths(['a', 'bb']), lengths(['a']), lengths(['ccc'])]);
  expect(loads).toEqual([['a', 'bb', 'ccc']]);
  expect(answers.map((answer) => answer.get('ccc'))).toEqual([3, 3, 3]);

  const failed = await Promise.allSettled([lengths(['bad']), lengths(['a'])]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await lengths(['dddd'])).get('dddd')).toBe(4); // a failure is not kept
  expect(loads).toHaveLength(3);
});
