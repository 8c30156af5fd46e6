import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../../platform/security/data-keys.ts';
import { limits } from '../../configs/limits.ts';
import type { Clock } from '../../platform/lib/time.ts';

const dayMs = 24 * 3_600_000;

/** On which device a user was signed in: named by the first of the sign-ins there. */
export interface KnownDevice {
  readonly userId: string;
  readonly knownAs: string;
}

/**
 * Tokens as `userId.knownAs.day.mac` that say that a user was signed in on a device. They open
 * nothing: guesses at a password on a device that has one are counted separately from everybody
 * else's. The next sign-in there keeps the name, so that whoever signs in again and again has no
 * new rate limit each time.
 */
export class KnownDevices {
  readonly #key: Buffer;
  readonly #clock: Clock;

  constructor(refreshTokenKey: string, clock: Clock) {
    this.#key = deriveKey(refreshTokenKey, 'known-device');
    this.#clock = clock;
  }

  sign({ userId, knownAs }: KnownDevice): string {
    const text = `${userId}.${knownAs}.${this.#today()}`;
    return `${text}.${this.#mac(text)}`;
  }

  /** What a token says; undefined when it is not ours, or too old. */
  read(token: string | undefined): KnownDevice | undefined {
    const [, text, userId, knownAs, day, given] =
      /^(([0-9a-f]{24})\.([0-9a-f]{24})\.(\d{1,6}))\.([\w-]{43})$/.exec(token ?? '') ?? [];
    if (text === undefined || userId === undefined || knownAs === undefined || given === undefined)
      return undefined;
    // Compared as text: base64url can spell the same bytes in several ways.
    if (!timingSafeEqual(Buffer.from(given), Buffer.from(this.#mac(text)))) return undefined;
    return this.#today() - Number(day) > limits.token.knownDeviceDays
      ? undefined
      : { userId, knownAs };
  }

  #today(): number {
    return Math.floor(this.#clock.now().getTime() / dayMs);
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}
