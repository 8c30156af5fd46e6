import { limits } from '../../configs/limits.ts';
import { RateLimit } from '../rate-limits/rate-limit.ts';
import { maxFactor } from '../rate-limits/limiters.ts';

const { violations: rate, violationBanSeconds } = limits.socket;

/**
 * Counts what users send that is refused. A violation expires with time, so that only many at once
 * are too many; connecting again does not reset them.
 */
export class Violations {
  readonly #rateLimit: RateLimit;
  readonly #banMs: number;
  readonly #bans = new Map<string, { readonly until: number; readonly end: NodeJS.Timeout }>();

  constructor(rateFactor: number) {
    const factor = maxFactor(rateFactor);
    // The first one above the burst is the last one.
    this.#rateLimit = new RateLimit('violations', {
      perSecond: rate.perSecond * factor,
      burst: rate.burst * factor - 1,
    });
    this.#banMs = (violationBanSeconds * 1_000) / factor;
  }

  /** Counts one; true when it was one too many, which bans the user for a while. */
  add(userId: string): boolean {
    try {
      this.#rateLimit.consume(userId);
      return false;
    } catch {
      this.#ban(userId);
      return true;
    }
  }

  /** How much longer a user is banned, in milliseconds; undefined when they are not. */
  banMs(userId: string): number | undefined {
    const ban = this.#bans.get(userId);
    // Sums of fractions of milliseconds miss the whole one by a little.
    return ban && Math.max(1, Math.round(ban.until - performance.now()));
  }

  #ban(userId: string): void {
    clearTimeout(this.#bans.get(userId)?.end);
    const end = setTimeout(() => this.#bans.delete(userId), this.#banMs).unref();
    this.#bans.set(userId, { until: performance.now() + this.#banMs, end });
  }
}
