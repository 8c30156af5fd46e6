import type { Rate } from '../../configs/limits.ts';
import { AppError, type Budget } from './app-error.ts';

/** Takes one for a key. @throws AppError `rate-limited` with the time to wait. */
export type Bucket = (key: string) => Budget;

const roundingMs = 0.001; // sums of fractions of milliseconds miss the whole one by less

/**
 * Creates a bucket for each key: `burst` may come at once, and what was taken comes back steadily.
 * It is on the way of every message, hence without promise and timer.
 *
 * A key is one number, the moment at which its bucket is full again; without one it is full.
 *
 * @see ITU-T I.371 annex A, the generic cell rate algorithm
 */
export function createBucket(name: string, { perSecond, burst }: Rate): Bucket {
  const pointMs = 1_000 / perSecond;
  const emptyMs = burst * pointMs; // until an empty one is full
  const policy = { name, quota: burst, seconds: Math.ceil(emptyMs / 1_000) };
  const fullAt = new Map<string, number>();
  let nextSweep = performance.now() + emptyMs;

  function sweep(now: number): void {
    if (now < nextSweep) return;
    nextSweep = now + emptyMs;
    for (const [key, at] of fullAt) if (at <= now) fullAt.delete(key);
  }

  return (key) => {
    const now = performance.now();
    sweep(now);
    const at = Math.max(fullAt.get(key) ?? now, now) + pointMs;
    const leftMs = emptyMs - (at - now) + roundingMs;
    if (leftMs < 0) {
      const retryAfterMs = Math.max(1, -leftMs);
      const budget = { ...policy, left: 0, resetMs: retryAfterMs };
      throw new AppError('rate-limited', { retryAfterMs, budget });
    }
    fullAt.set(key, at);
    return { ...policy, left: Math.floor(leftMs / pointMs), resetMs: pointMs - (leftMs % pointMs) };
  };
}
