import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Environment } from '../../../configs/env.ts';
import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Clock } from '../../shared/clock.ts';

const issuer = 'chat-backend';
const algorithm = 'HS256';
const type = 'at+jwt';

/** Signs and verifies access tokens. */
export interface AccessTokens {
  sign(userId: string, deviceId: string): Promise<{ token: string; expiresAt: Date }>;
  /** Checks everything that the token itself can say. @throws AppError `unauthenticated` */
  verify(token: string): Promise<Caller>;
}

/**
 * Creates the tokens of one app: the first key signs, all of them verify.
 *
 * @see RFC 9068 (JWT profile for access tokens), RFC 8725 (best practices)
 */
export function createAccessTokens(env: Environment, clock: Clock): AccessTokens {
  // Imported once: importing a key costs several times what a verification does.
  const keys = env.ACCESS_TOKEN_KEYS.map(({ kid, secret }) => ({ kid, key: importKey(secret) }));
  const [signer] = keys;

  return {
    async sign(userId, deviceId) {
      if (signer === undefined) throw new Error('ACCESS_TOKEN_KEYS has no key');
      const now = Math.floor(clock.now().getTime() / 1_000);
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
    },
    async verify(token) {
      try {
        assertOneSpelling(token);
        const { payload } = await jwtVerify(
          token,
          ({ kid }) => {
            const known = keys.find((key) => key.kid === kid);
            if (known === undefined) throw new errors.JWSInvalid('no such key');
            return known.key;
          },
          {
            algorithms: [algorithm],
            typ: type,
            issuer,
            audience: issuer,
            requiredClaims: ['exp', 'sub', 'jti', 'device'],
            clockTolerance: limits.token.clockToleranceSeconds,
            currentDate: clock.now(),
          },
        );
        const { sub, device, exp } = payload;
        if (typeof sub !== 'string' || typeof device !== 'string' || exp === undefined)
          throw new errors.JWTInvalid('claims');
        return { userId: sub, deviceId: device, expiresAt: new Date(exp * 1_000) };
      } catch (error) {
        // Every reason gives the same answer.
        throw new AppError('unauthenticated', { cause: error });
      }
    },
  };
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
