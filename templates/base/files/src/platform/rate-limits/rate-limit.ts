import type { Rate } from '../../configs/limits.ts';
import { AppError, type Quota } from '../errors/app-error.ts';

const roundingMs = 0.001; // sums of fractions of milliseconds miss the whole one by less

/**
 * A rate limit of this node, for each key: `burst` may come at once, and what was consumed comes back
 * steadily. Every message passes through it, hence without promise and timer.
 *
 * A key is one number, the moment at which its whole burst is back; without one it is.
 *
 * @see ITU-T I.371 annex A, the generic cell rate algorithm
 */
export class RateLimit {
  readonly #policy: Pick<Quota, 'name' | 'limit' | 'seconds'>;
  readonly #pointMs: number;
  /** Until all of the burst is back. */
  readonly #burstMs: number;
  readonly #fullAt = new Map<string, number>();
  #nextSweep: number;

  constructor(name: string, { perSecond, burst }: Rate) {
    this.#pointMs = 1_000 / perSecond;
    this.#burstMs = burst * this.#pointMs;
    this.#policy = { name, limit: burst, seconds: Math.ceil(this.#burstMs / 1_000) };
    this.#nextSweep = performance.now() + this.#burstMs;
  }

  /** Consumes one. @throws AppError `rate-limited` with the time to wait. */
  consume(key: string): void {
    const now = performance.now();
    if (now >= this.#nextSweep) this.#sweep(now);
    const at = Math.max(this.#fullAt.get(key) ?? now, now) + this.#pointMs;
    const lacksMs = at - now - this.#burstMs - roundingMs;
    if (lacksMs > 0) throw this.#refusal(Math.max(1, lacksMs));
    this.#fullAt.set(key, at);
  }

  /** What is left, for an answer that says it. */
  quota(key: string): Quota {
    const now = performance.now();
    const consumedMs = Math.max(0, (this.#fullAt.get(key) ?? now) - now);
    const leftMs = this.#burstMs - consumedMs + roundingMs;
    const left = Math.floor(leftMs / this.#pointMs);
    return { ...this.#policy, left, resetMs: this.#pointMs - (leftMs % this.#pointMs) };
  }

  #sweep(now: number): void {
    this.#nextSweep = now + this.#burstMs;
    for (const [key, at] of this.#fullAt) if (at <= now) this.#fullAt.delete(key);
  }

  #refusal(retryAfterMs: number): AppError {
    const quota = { ...this.#policy, left: 0, resetMs: retryAfterMs };
    return new AppError('rate-limited', { retryAfterMs, quota });
  }
}
