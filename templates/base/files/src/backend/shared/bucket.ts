import type { Rate } from '../../configs/limits.ts';
import { AppError, type Budget } from './app-error.ts';

/** The buckets of one kind, one for each key. */
export interface Bucket {
  /** Takes one. @throws AppError `rate-limited` with the time to wait. */
  take(key: string): void;
  /** What is left of one, for an answer that says it. */
  budget(key: string): Budget;
}

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
    nextSweep = now + emptyMs;
    for (const [key, at] of fullAt) if (at <= now) fullAt.delete(key);
  }

  function refusal(retryAfterMs: number): AppError {
    const budget = { ...policy, left: 0, resetMs: retryAfterMs };
    return new AppError('rate-limited', { retryAfterMs, budget });
  }

  return {
    take(key) {
      const now = performance.now();
      if (now >= nextSweep) sweep(now);
      const at = Math.max(fullAt.get(key) ?? now, now) + pointMs;
      const lacksMs = at - now - emptyMs - roundingMs;
      if (lacksMs > 0) throw refusal(Math.max(1, lacksMs));
      fullAt.set(key, at);
    },
    budget(key) {
      const now = performance.now();
      const takenMs = Math.max(0, (fullAt.get(key) ?? now) - now);
      const leftMs = emptyMs - takenMs + roundingMs;
      const left = Math.floor(leftMs / pointMs);
      return { ...policy, left, resetMs: pointMs - (leftMs % pointMs) };
    },
  };
}
