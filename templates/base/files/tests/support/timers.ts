import { vi } from 'vitest';
import type { Timers } from '../../src/platform/lib/time.ts';

/** Timers that stand still until a test lets time pass. */
export interface TestTimers extends Timers {
  /** Runs what is due within so many milliseconds, in order; what it starts is not waited for. */
  pass(ms: number): void;
}

/** Creates timers at rest. */
export function createTestTimers(): TestTimers {
  const waiting = new Map<() => void, { at: number; everyMs?: number }>();
  let now = 0;

  function add(work: () => void, ms: number, everyMs?: number): () => void {
    const run = (): void => work();
    waiting.set(run, { at: now + ms, ...(everyMs === undefined ? {} : { everyMs }) });
    return () => void waiting.delete(run);
  }

  return {
    after: (ms, work) => add(work, ms),
    every: (ms, work) => add(work, ms, ms),
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...waiting].toSorted(([, a], [, b]) => a.at - b.at);
        if (next === undefined || next[1].at > end) break;
        const [run, { at, everyMs }] = next;
        now = at;
        if (everyMs === undefined) waiting.delete(run);
        else waiting.set(run, { at: at + everyMs, everyMs });
        run();
      }
      now = end;
    },
  };
}

/**
 * The monotonic clock stands still, until the test ends, but for what the function that it returns
 * lets pass: what a rate limit gets back while a slow machine works would count too. Timers go on.
 */
export function holdRateLimits(): (ms: number) => void {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return (ms) => void (now += ms);
}
