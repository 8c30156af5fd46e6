import type { Connection } from 'mongoose';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Environment } from '../../configs/env.ts';
import { limits, type RateName } from '../../configs/limits.ts';
import type { Quota } from '../errors/app-error.ts';
import { RateLimit } from './rate-limit.ts';
import { refuse, scaled, SharedRateLimits } from './shared-rate-limits.ts';
import { SignInGuard } from './sign-in-guard.ts';

/** Rate limits of the whole deployment, in the database: for what is rare and worth guarding. */
export type SharedRateLimitName =
  | 'register'
  | 'refresh'
  | 'login'
  | 'passwordChange'
  | 'conversations'
  | 'newDirect'
  | 'invites'
  | 'exports';

const hour = 3_600;
const { rate } = limits;
const sharedRates: Record<SharedRateLimitName, { points: number; seconds: number }> = {
  register: { points: rate.registerPerHour, seconds: hour },
  refresh: { points: rate.refreshPerMinute, seconds: 60 },
  login: { points: rate.loginPerQuarterHour, seconds: hour / 4 },
  passwordChange: { points: rate.passwordChangesPerHour, seconds: hour },
  conversations: { points: rate.conversationsPerDay, seconds: 24 * hour },
  newDirect: { points: rate.newDirectPerHour, seconds: hour },
  invites: { points: rate.invitesToOneUserPerHour, seconds: hour },
  exports: { points: rate.exportsPerHour, seconds: hour },
};

/** Limits how often things happen; `RATE_LIMIT_FACTOR` multiplies every limit. */
export class Limiters {
  /** Limits guesses at passwords. */
  readonly guard: SignInGuard;
  readonly #factor: number;
  readonly #shared: SharedRateLimits;
  readonly #own = new Map<RateName, RateLimit>();

  constructor({ RATE_LIMIT_FACTOR }: Environment, connection: Connection) {
    this.#factor = RATE_LIMIT_FACTOR;
    this.#shared = new SharedRateLimits(connection);
    this.guard = new SignInGuard(this.#shared, this.#factor);
  }

  /** Consumes one of a rate limit of this node, in memory. @throws AppError `rate-limited` with the time to wait. */
  consume(name: RateName, key: string): void {
    this.#rateLimitOf(name).consume(key);
  }

  /** What is left of a rate limit of this node, for an answer that says it. */
  quota(name: RateName, key: string): Quota {
    return this.#rateLimitOf(name).quota(key);
  }

  /** How many points a shared rate limit allows in its time. */
  maxOf(name: SharedRateLimitName): number {
    return scaled(sharedRates[name].points, this.#factor);
  }

  /** Consumes all of the points or none, on all nodes. @throws AppError `rate-limited` with the time to wait. */
  async consumeShared(name: SharedRateLimitName, key: string, points = 1): Promise<void> {
    const { seconds } = sharedRates[name];
    const limit = this.maxOf(name);
    const limiter = this.#shared.limiter(name, limit, seconds);
    const refused = refuse({ name, limit, seconds });
    await limiter.consume(key, points).catch(async (reason: unknown) => {
      // The library also counts what it refuses: fewer may still fit.
      if (points > 1 && reason instanceof RateLimiterRes) await limiter.reward(key, points);
      refused(reason);
    });
  }

  #rateLimitOf(name: RateName): RateLimit {
    const known = this.#own.get(name);
    if (known !== undefined) return known;
    const { perSecond, burst } = rate[name];
    const scaledRate = {
      perSecond: perSecond * this.#factor,
      burst: scaled(burst, this.#factor),
    };
    const rateLimit = new RateLimit(name, scaledRate);
    this.#own.set(name, rateLimit);
    return rateLimit;
  }
}

/** By what `RATE_LIMIT_FACTOR` multiplies a maximum: it may grow, but not shrink. */
export const maxFactor = (factor: number): number => Math.max(1, factor);
