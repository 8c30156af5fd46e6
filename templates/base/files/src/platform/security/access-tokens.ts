import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';
import type { Clock } from '../lib/time.ts';

const issuer = 'chat-backend';
const algorithm = 'HS256';
const type = 'at+jwt';

/**
 * Signs and verifies access tokens: the first key signs, all of them verify.
 *
 * @see RFC 9068 (JWT profile for access tokens), RFC 8725 (best practices)
 */
export class AccessTokens {
  readonly #clock: Clock;
  readonly #keys: readonly { readonly kid: string; readonly key: Promise<CryptoKey> }[];

  constructor(env: Environment, clock: Clock) {
    this.#clock = clock;
    // Imported once: importing a key costs several times what a verification does.
    this.#keys = env.ACCESS_TOKEN_KEYS.map(({ kid, secret }) => ({ kid, key: importKey(secret) }));
  }

  async sign(userId: string, deviceId: string): Promise<{ token: string; expiresAt: Date }> {
    const [signer] = this.#keys;
    if (signer === undefined) throw new Error('ACCESS_TOKEN_KEYS has no key');
    const now = Math.floor(this.#clock.now().getTime() / 1_000);
    const expires = now + limits.token.accessSeconds;
    const token = await new SignJWT({ device: deviceId })
      .setProtectedHeader({ alg: algorithm, typ: type, kid: signer.kid })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(userId)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(expires)
      .sign(await signer.key);
    return { token, expiresAt: new Date(expires * 1_000) };
  }

  /** Checks everything that the token itself can say. @throws AppError `unauthenticated` */
  async verify(token: string): Promise<Caller> {
    try {
      assertOneSpelling(token);
      const { payload } = await jwtVerify(token, ({ kid }) => this.#keyOf(kid), {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience: issuer,
        requiredClaims: ['exp', 'sub', 'jti', 'device'],
        clockTolerance: limits.token.clockToleranceSeconds,
        currentDate: this.#clock.now(),
      });
      const { sub, device, exp } = payload;
      if (typeof sub !== 'string' || typeof device !== 'string' || exp === undefined)
        throw new errors.JWTInvalid('claims');
      return { userId: sub, deviceId: device, expiresAt: new Date(exp * 1_000) };
    } catch (error) {
      // Every reason gives the same answer.
      throw new AppError('unauthenticated', { cause: error });
    }
  }

  #keyOf(kid: string | undefined): Promise<CryptoKey> {
    const known = this.#keys.find((key) => key.kid === kid);
    if (known === undefined) throw new errors.JWSInvalid('no such key');
    return known.key;
  }
}

/** The last letter of a signature carries bits that nothing reads: only one spelling counts. */
function assertOneSpelling(token: string): void {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature)
    throw new errors.JWSInvalid('another spelling of the signature');
}

const importKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey(
    'raw',
    Buffer.from(secret, 'base64url'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );

/** The caller: a signed-in user on one of their devices. */
export interface Caller {
  readonly userId: string;
  readonly deviceId: string;
  /** When the access token ends. */
  readonly expiresAt: Date;
}
