import { expect, it } from 'vitest';
import { readRaces, unraced } from '../support/races/table.ts';

it('C23 every route that changes something and every command has a row in tests/races', async () => {
  const advice = 'say in a file of tests/races which changes of rights are raced, or why none';
  expect(unraced(await readRaces()), advice).toEqual([]);
});
