import {
  createHmac,
  createSecretKey,
  type KeyObject,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto';
import { z } from 'zod';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';
import type { Clock } from '../lib/time.ts';

const issuer = 'chat-backend';
const maxCharacters = 1_024; // more than twice of what is ever signed here

/** What a token must say; a claim that is not named here means nothing. */
const claims = z.object({
  iss: z.literal(issuer),
  aud: z.literal(issuer),
  sub: z.string(),
  device: z.string(),
  jti: z.string(),
  exp: z.number(),
  nbf: z.number().optional(),
});

/**
 * Signs and verifies access tokens: the first key signs, all of them verify. Tokens are JWTs of the one
 * form that is written here, so a header is no input: it is one of those that this backend writes, letter
 * by letter, or the token is refused.
 *
 * @see RFC 9068 (JWT profile for access tokens), RFC 8725 (best practices)
 */
export class AccessTokens {
  readonly #clock: Clock;
  /** By the header of what they sign, as it is spelt there. */
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(env: Environment, clock: Clock) {
    this.#clock = clock;
    this.#keys = new Map(
      env.ACCESS_TOKEN_KEYS.map(({ kid, secret }) => [
        encode({ alg: 'HS256', typ: 'at+jwt', kid }),
        createSecretKey(secret, 'base64url'),
      ]),
    );
  }

  sign(userId: string, deviceId: string): { token: string; expiresAt: Date } {
    const [signer] = this.#keys;
    if (signer === undefined) throw new Error('ACCESS_TOKEN_KEYS has no key');
    const [header, key] = signer;
    const now = Math.floor(this.#clock.now().getTime() / 1_000);
    const exp = now + limits.token.accessSeconds;
    const jti = randomUUID();
    const said = { device: deviceId, iss: issuer, aud: issuer, sub: userId, jti, iat: now, exp };
    const text = `${header}.${encode(said)}`;
    return { token: `${text}.${mac(key, text)}`, expiresAt: new Date(exp * 1_000) };
  }

  /** Checks everything that the token itself can say. @throws AppError `unauthenticated` */
  verify(token: string): Caller {
    try {
      const { sub, device, exp, nbf = 0 } = claims.parse(JSON.parse(this.#open(token)));
      const now = this.#clock.now().getTime() / 1_000;
      const tolerance = limits.token.clockToleranceSeconds;
      if (exp <= now - tolerance || nbf > now + tolerance) throw new Error('at another time');
      return { userId: sub, deviceId: device, expiresAt: new Date(exp * 1_000) };
    } catch (error) {
      // Every reason gives the same answer.
      throw new AppError('unauthenticated', { cause: error });
    }
  }

  /** What one of the keys has signed. */
  #open(token: string): string {
    if (token.length > maxCharacters) throw new Error('too long');
    const [header = '', payload = '', given = '', ...more] = token.split('.');
    const key = this.#keys.get(header);
    if (key === undefined || more.length > 0) throw new Error('of another form');
    // Compared as text: the last letter of a signature carries bits that say nothing.
    const expected = Buffer.from(mac(key, `${header}.${payload}`));
    const signature = Buffer.from(given);
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
      throw new Error('not signed by this key');
    return Buffer.from(payload, 'base64url').toString();
  }
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const mac = (key: KeyObject, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url');

/** The caller: a signed-in user on one of their devices. */
export interface Caller {
  readonly userId: string;
  readonly deviceId: string;
  /** When the access token ends. */
  readonly expiresAt: Date;
}
