import mongoose, { type Connection } from 'mongoose';
import {
  RateLimiterMemory,
  RateLimiterMongo,
  RateLimiterRes,
  type IRateLimiterOptions,
} from 'rate-limiter-flexible';
import { AppError, type Quota } from '../errors/app-error.ts';

interface SharedRateLimit {
  readonly shared: RateLimiterMongo;
  readonly own: RateLimiterMemory;
}

/** Rate limits in the app's own database; while it is unavailable each node counts on its own. */
export class SharedRateLimits {
  readonly #connection: Connection;
  readonly #known = new Map<string, SharedRateLimit>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The limit of this name, made where it is not known yet. */
  limiter(name: string, points: number, seconds: number): RateLimiterMongo | RateLimiterMemory {
    const { shared, own } = this.#known.get(name) ?? this.#create(name, points, seconds);
    // A database known to be unavailable is not waited for: the insurance comes only after a deadline.
    return this.#connection.readyState === mongoose.STATES.connected ? shared : own;
  }

  #create(name: string, points: number, seconds: number): SharedRateLimit {
    const options: IRateLimiterOptions = { keyPrefix: name, points, duration: seconds };
    const own = new RateLimiterMemory(options);
    const shared = new RateLimiterMongo({
      ...options,
      storeClient: this.#connection,
      tableName: 'rate_limits',
      disableIndexesCreation: true, // src/models/rate-limit.ts has them
      insuranceLimiter: own,
    });
    const limit = { shared, own };
    this.#known.set(name, limit);
    return limit;
  }
}

/** The library rejects with a result when a limit is reached, and with an error when it fails. */
export function refuse(
  policy: Pick<Quota, 'name' | 'limit' | 'seconds'>,
): (reason: unknown) => never {
  return (reason) => {
    if (!(reason instanceof RateLimiterRes)) throw reason;
    const retryAfterMs = Math.max(1, reason.msBeforeNext);
    throw new AppError('rate-limited', {
      retryAfterMs,
      quota: { ...policy, left: 0, resetMs: retryAfterMs },
    });
  };
}

/** Points of a limit under `RATE_LIMIT_FACTOR`, at least one. */
export const scaled = (points: number, factor: number): number =>
  Math.max(1, Math.round(points * factor));
