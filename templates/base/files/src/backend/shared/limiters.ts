import type { Connection } from 'mongoose';
import {
  BurstyRateLimiter,
  RateLimiterMemory,
  RateLimiterMongo,
  RateLimiterRes,
  type IRateLimiterOptions,
} from 'rate-limiter-flexible';
import type { Environment } from '../../configs/env.ts';
import { limits, type Rate } from '../../configs/limits.ts';
import { AppError } from './app-error.ts';

/** Buckets of this node, in memory: for what happens often. */
export type Bucket = {
  [Name in keyof typeof limits.rate]: (typeof limits.rate)[Name] extends Rate ? Name : never;
}[keyof typeof limits.rate];

/** Counters of the whole deployment, in the database: for what is rare and worth guarding. */
export type Counter = 'register' | 'refresh' | 'login' | 'conversations' | 'newDirect' | 'invites';

/** Limits how often things happen. */
export interface Limiters {
  /** Takes one from a bucket. @throws AppError `rate-limited` with the time to wait. */
  take(bucket: Bucket, key: string): Promise<void>;
  /** Counts one. @throws AppError `rate-limited` with the time to wait. */
  count(counter: Counter, key: string): Promise<void>;
  /** The delay of an account after wrong passwords. */
  readonly logins: LoginGuard;
}

/** Slows down guesses at one account: some free tries, then a delay that doubles. */
export interface LoginGuard {
  /** @throws AppError `rate-limited` while a delay runs. */
  check(login: string): Promise<void>;
  failed(login: string): Promise<void>;
  succeeded(login: string): Promise<void>;
}

const hour = 3_600;
const { rate } = limits;
const counters: Record<Counter, { points: number; seconds: number }> = {
  register: { points: rate.registerPerHour, seconds: hour },
  refresh: { points: rate.refreshPerMinute, seconds: 60 },
  login: { points: rate.loginPerQuarterHour, seconds: hour / 4 },
  conversations: { points: rate.conversationsPerDay, seconds: 24 * hour },
  newDirect: { points: rate.newDirectPerHour, seconds: hour },
  invites: { points: rate.invitesToOneUserPerHour, seconds: hour },
};

/** Creates the limiters of one app; `RATE_LIMIT_FACTOR` multiplies every one of them. */
export function createLimiters(core: {
  readonly env: Environment;
  readonly connection: Connection;
}): Limiters {
  const factor = core.env.RATE_LIMIT_FACTOR;
  const buckets = new Map<string, BurstyRateLimiter>();
  const stores = new Map<string, RateLimiterMongo>();

  function bucketOf(name: Bucket): BurstyRateLimiter {
    const known = buckets.get(name);
    if (known !== undefined) return known;
    const created = createBucket(name, rate[name], factor);
    buckets.set(name, created);
    return created;
  }

  /** A shared counter; while the database is away this node counts for itself. */
  function store(name: string, points: number, seconds: number): RateLimiterMongo {
    const known = stores.get(name);
    if (known !== undefined) return known;
    const options: IRateLimiterOptions = { keyPrefix: name, points, duration: seconds };
    const created = new RateLimiterMongo({
      ...options,
      storeClient: core.connection,
      tableName: 'rate_limits',
      disableIndexesCreation: true, // models/rate-limit.ts has them
      insuranceLimiter: new RateLimiterMemory(options),
    });
    stores.set(name, created);
    return created;
  }

  return {
    async take(bucket, key) {
      await bucketOf(bucket).consume(key).catch(refuse);
    },
    async count(counter, key) {
      const { points, seconds } = counters[counter];
      await store(counter, Math.max(1, Math.round(points * factor)), seconds)
        .consume(key)
        .catch(refuse);
    },
    logins: createLoginGuard(store, factor),
  };
}

/** Refills `perSecond`, and lets `burst` come at once: the rate's own window plus a wider one. */
function createBucket(name: string, { perSecond, burst }: Rate, factor: number): BurstyRateLimiter {
  const window = perSecond >= 1 ? 1 : 1 / perSecond;
  const points = Math.max(1, Math.round(perSecond * window * factor));
  const extra = Math.max(1, Math.round(burst * factor) - points);
  return new BurstyRateLimiter(
    new RateLimiterMemory({ keyPrefix: name, points, duration: window }),
    new RateLimiterMemory({
      keyPrefix: `${name} burst`,
      points: extra,
      duration: Math.max(1, burst / perSecond),
    }),
  );
}

function createLoginGuard(
  store: (name: string, points: number, seconds: number) => RateLimiterMongo,
  factor: number,
): LoginGuard {
  const free = Math.max(1, Math.round(rate.loginFreeTries * factor));
  const longest = Math.max(1, Math.round(rate.loginMaxDelaySeconds / Math.max(1, factor)));
  // Remembered for a day: longer than any delay, so that the delay can keep doubling.
  const failures = (): RateLimiterMongo =>
    store('login-failures', Number.MAX_SAFE_INTEGER, 24 * hour);
  const delays = (): RateLimiterMongo => store('login-delays', 1, longest);

  return {
    async check(login) {
      const delay = await delays().get(login);
      if (delay !== null && delay.remainingPoints <= 0) refuse(delay);
    },
    async failed(login) {
      const { consumedPoints } = await failures().consume(login);
      if (consumedPoints < free) return;
      await delays().block(login, Math.min(2 ** (consumedPoints - free), longest));
    },
    async succeeded(login) {
      await Promise.all([failures().delete(login), delays().delete(login)]);
    },
  };
}

/** The library rejects with a result when a limit is reached, and with an error when it fails. */
function refuse(reason: unknown): never {
  if (!(reason instanceof RateLimiterRes)) throw reason;
  throw new AppError('rate-limited', { retryAfterMs: Math.max(1, reason.msBeforeNext) });
}
