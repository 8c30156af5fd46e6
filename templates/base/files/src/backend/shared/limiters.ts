import { createHash } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import {
  RateLimiterMemory,
  RateLimiterMongo,
  RateLimiterRes,
  type IRateLimiterOptions,
} from 'rate-limiter-flexible';
import type { Environment } from '../../configs/env.ts';
import { limits, type Rate } from '../../configs/limits.ts';
import { AppError, type Budget } from './app-error.ts';
import { createBucket, type Bucket } from './bucket.ts';

/** Buckets of this node, in memory: for what happens often. */
export type BucketName = {
  [Name in keyof typeof limits.rate]: (typeof limits.rate)[Name] extends Rate ? Name : never;
}[keyof typeof limits.rate];

/** Counters of the whole deployment, in the database: for what is rare and worth guarding. */
export type Counter = 'register' | 'refresh' | 'login' | 'conversations' | 'newDirect' | 'invites';

/** Limits how often things happen. */
export interface Limiters {
  /** Takes one from a bucket. @throws AppError `rate-limited` with the time to wait. */
  take(bucket: BucketName, key: string): void;
  /** What is left of a bucket, for an answer that says it. */
  budget(bucket: BucketName, key: string): Budget;
  /** Counts one. @throws AppError `rate-limited` with the time to wait. */
  count(counter: Counter, key: string): Promise<void>;
  /** The delay of an account after wrong passwords. */
  readonly logins: LoginGuard;
}

/** Slows down guesses at one account: some free tries, then a delay that doubles. */
export interface LoginGuard {
  /**
   * Counts a try before the password is looked at, so that tries at the same time are counted too.
   *
   * @throws AppError `rate-limited` while a delay runs
   */
  attempt(login: string): Promise<void>;
  /** Forgets the tries: the password was right. */
  succeeded(login: string): Promise<void>;
}

/** Makes a counter that all nodes share. */
type Store = (
  name: string,
  points: number,
  seconds: number,
) => RateLimiterMongo | RateLimiterMemory;

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
  const buckets = new Map<BucketName, Bucket>();
  const store = createStore(core.connection);

  function bucketOf(name: BucketName): Bucket {
    const known = buckets.get(name);
    if (known !== undefined) return known;
    const { perSecond, burst } = rate[name];
    const scaledRate = { perSecond: perSecond * factor, burst: scaled(burst, factor) };
    const bucket = createBucket(name, scaledRate);
    buckets.set(name, bucket);
    return bucket;
  }

  return {
    take: (bucket, key) => bucketOf(bucket).take(key),
    budget: (bucket, key) => bucketOf(bucket).budget(key),
    async count(counter, key) {
      const { seconds } = counters[counter];
      const quota = scaled(counters[counter].points, factor);
      await store(counter, quota, seconds)
        .consume(key)
        .catch(refuse({ name: counter, quota, seconds }));
    },
    logins: createLoginGuard(store, factor),
  };
}

/** Counters in the app's own database; while it is away each node counts for itself. */
function createStore(connection: Connection): Store {
  const known = new Map<string, { shared: RateLimiterMongo; own: RateLimiterMemory }>();

  function create(name: string, points: number, seconds: number) {
    const options: IRateLimiterOptions = { keyPrefix: name, points, duration: seconds };
    const own = new RateLimiterMemory(options);
    const shared = new RateLimiterMongo({
      ...options,
      storeClient: connection,
      tableName: 'rate_limits',
      disableIndexesCreation: true, // src/models/rate-limit.ts has them
      insuranceLimiter: own,
    });
    known.set(name, { shared, own });
    return { shared, own };
  }

  return (name, points, seconds) => {
    const { shared, own } = known.get(name) ?? create(name, points, seconds);
    // What is known to be away is not waited for: the insurance comes only after a deadline.
    return connection.readyState === mongoose.STATES.connected ? shared : own;
  };
}

function createLoginGuard(store: Store, factor: number): LoginGuard {
  const free = scaled(rate.loginFreeTries, factor);
  const longest = scaled(rate.loginMaxDelaySeconds, 1 / capFactor(factor));
  // Remembered for a day: longer than any delay, so that the delay can keep doubling.
  const tries = () => store('login-tries', Number.MAX_SAFE_INTEGER, 24 * hour);
  const delays = () => store('login-delays', 1, longest);
  const refuseTry = refuse({ name: 'login', quota: free, seconds: longest });

  return {
    async attempt(login) {
      const key = keyOf(login);
      const delay = await delays().get(key);
      if (delay !== null && delay.remainingPoints <= 0) refuseTry(delay);
      const { consumedPoints } = await tries().consume(key);
      if (consumedPoints < free) return;
      // Of those who come here together one starts the delay and passes; the others try later.
      const window = { attrs: {}, customDuration: Math.min(2 ** (consumedPoints - free), longest) };
      await delays()
        .consume(key, 1, window)
        .catch(async (reason: unknown) => {
          await tries().reward(key);
          refuseTry(reason);
        });
    },
    async succeeded(login) {
      const key = keyOf(login);
      await Promise.all([tries().delete(key), delays().delete(key)]);
    },
  };
}

/** A name or an address is not kept as it is: the counters outlive an erased account by hours. */
const keyOf = (login: string): string => createHash('sha256').update(login).digest('base64url');

/** By what `RATE_LIMIT_FACTOR` multiplies a cap: it may grow, but not shrink. */
export const capFactor = (factor: number): number => Math.max(1, factor);

const scaled = (points: number, factor: number): number => Math.max(1, Math.round(points * factor));

/** The library rejects with a result when a limit is reached, and with an error when it fails. */
function refuse(policy: Pick<Budget, 'name' | 'quota' | 'seconds'>): (reason: unknown) => never {
  return (reason) => {
    if (!(reason instanceof RateLimiterRes)) throw reason;
    const retryAfterMs = Math.max(1, reason.msBeforeNext);
    throw new AppError('rate-limited', {
      retryAfterMs,
      budget: { ...policy, left: 0, resetMs: retryAfterMs },
    });
  };
}
