import { createHash } from 'node:crypto';
import type { RateLimiterRes } from 'rate-limiter-flexible';
import { limits } from '../../configs/limits.ts';
import { networkOf } from '../lib/address.ts';
import { refuse, scaled, type SharedRateLimits } from './shared-rate-limits.ts';

const hour = 3_600;
const day = 24 * hour;
const customerBits = 56; // what one customer has of IPv6 at most
const { rate } = limits;

/** Checks a password: whether it is right. */
type Check = () => Promise<boolean>;

/**
 * Bounds guesses at passwords so that nobody can be locked out by others: guesses from one place
 * close that place, and from many places only places that have tried already. A device on which the
 * user was signed in before counts separately. All of it is counted before a password is checked,
 * so that concurrent tries count too, and given back when it was right or was not checked.
 */
export class SignInGuard {
  readonly #store: SharedRateLimits;
  readonly #factor: number;
  readonly #strangers: Delays;
  readonly #knownDevices: Delays;

  constructor(store: SharedRateLimits, factor: number) {
    this.#store = store;
    this.#factor = factor;
    const maxSeconds = scaled(rate.loginMaxDelaySeconds, 1 / Math.max(1, factor));
    const delays = (name: string, free: number): Delays =>
      new Delays(store, { name, free: scaled(free, factor), maxSeconds });
    this.#strangers = delays('login', rate.loginFreeTries);
    this.#knownDevices = delays('known-device', rate.knownDeviceFreeTries);
  }

  /** A try on a device where this user was signed in before. @throws AppError `rate-limited` */
  knownDevice(knownAs: string, check: Check): Promise<boolean> {
    return this.#knownDevices.attempt(keyOf(knownAs), check);
  }

  /** A try from anywhere else, at a login as it was typed. @throws AppError `rate-limited` */
  stranger(login: string, address: string, check: Check): Promise<boolean> {
    const network = networkOf(address, customerBits);
    return this.#strangers.attempt(keyOf(login, network), async (tries) => {
      const pool = this.#store.limiter('login-failures', Number.MAX_SAFE_INTEGER, day);
      const giveBack = () => pool.reward(keyOf(login));
      const failures = await pool.consume(keyOf(login));
      const isRight = await orGiveBack(giveBack, () => {
        this.#assertNotGuarded(failures, tries);
        return check();
      });
      if (isRight) await giveBack();
      return isRight;
    });
  }

  /** A password asked of a signed-in user. @throws AppError `rate-limited` */
  async signedIn(deviceId: string, check: Check): Promise<boolean> {
    const limit = scaled(rate.wrongPasswordsPerHour, this.#factor);
    const wrong = this.#store.limiter('wrong-passwords', limit, hour);
    const key = keyOf(deviceId);
    await wrong.consume(key).catch(refuse({ name: 'wrongPasswords', limit, seconds: hour }));
    const isRight = await orGiveBack(() => wrong.reward(key), check);
    if (isRight) await wrong.delete(key);
    return isRight;
  }

  /** After so many failures each network has a few tries a day. */
  #assertNotGuarded(failures: RateLimiterRes, tries: RateLimiterRes): void {
    const limit = scaled(rate.guardedTriesPerDay, this.#factor);
    const isGuarded = failures.consumedPoints > scaled(rate.guardedFromFailures, this.#factor);
    if (isGuarded && tries.consumedPoints > limit)
      refuse({ name: 'login', limit, seconds: day })(tries);
  }
}

/** Some free tries, then a delay that doubles; forgotten after a day, longer than any delay. */
class Delays {
  readonly #tries: () => ReturnType<SharedRateLimits['limiter']>;
  readonly #delays: () => ReturnType<SharedRateLimits['limiter']>;
  readonly #free: number;
  readonly #maxSeconds: number;
  readonly #refuse: (reason: unknown) => never;

  constructor(
    store: SharedRateLimits,
    options: { name: string; free: number; maxSeconds: number },
  ) {
    const { name, free, maxSeconds } = options;
    this.#tries = () => store.limiter(`${name}-tries`, Number.MAX_SAFE_INTEGER, day);
    this.#delays = () => store.limiter(`${name}-delays`, 1, maxSeconds);
    this.#free = free;
    this.#maxSeconds = maxSeconds;
    this.#refuse = refuse({ name: 'login', limit: free, seconds: maxSeconds });
  }

  async attempt(key: string, check: (tries: RateLimiterRes) => Promise<boolean>): Promise<boolean> {
    const delay = await this.#delays().get(key);
    if (delay !== null && delay.remainingPoints <= 0) this.#refuse(delay);
    const tries = await this.#tries().consume(key);
    const isRight = await orGiveBack(
      () => this.#tries().reward(key),
      async () => {
        await this.#delay(key, tries.consumedPoints);
        return orGiveBack(
          () => this.#delays().delete(key),
          () => check(tries),
        );
      },
    );
    if (isRight) await Promise.all([this.#tries().delete(key), this.#delays().delete(key)]);
    return isRight;
  }

  /** Of concurrent tries one starts the delay and passes; the others have to wait. */
  async #delay(key: string, tries: number): Promise<void> {
    if (tries < this.#free) return;
    const customDuration = Math.min(2 ** (tries - this.#free), this.#maxSeconds);
    const window = { attrs: {}, customDuration }; // in seconds; its type does not name it
    await this.#delays().consume(key, 1, window).catch(this.#refuse);
  }
}

/** Gives back what was counted when the check fails to run. */
async function orGiveBack(giveBack: () => Promise<unknown>, check: Check): Promise<boolean> {
  try {
    return await check();
  } catch (error) {
    await giveBack();
    throw error;
  }
}

/** A name or an address is not kept as it is: the rate limits outlive an erased account by hours. */
const keyOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('base64url');
