import { setImmediate as nextTurn } from 'node:timers/promises';
import { searchLimits } from '../../configs/search-limits.ts';

/** Does something with each of many, and lets others have their turn of the event loop in between. */
export async function inTurns<One, Result>(
  many: readonly One[],
  work: (one: One) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let end = performance.now() + searchLimits.turnMs;
  for (const one of many) {
    results.push(work(one));
    if (performance.now() < end) continue;
    await nextTurn();
    end = performance.now() + searchLimits.turnMs;
  }
  return results;
}
