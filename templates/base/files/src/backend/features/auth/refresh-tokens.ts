import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../shared/app-error.ts';

/** What a refresh token says: which sign-in, and the how-manieth of its tokens. */
export interface RefreshClaim {
  readonly deviceId: string;
  readonly generation: number;
}

/**
 * Refresh tokens as `deviceId.generation.mac`: nothing that could be stolen is stored, and every
 * generation ever issued is recognised.
 */
export interface RefreshTokens {
  sign(claim: RefreshClaim): string;
  /** @throws AppError `unauthenticated` */
  verify(token: string): RefreshClaim;
}

/** Creates the refresh tokens of one key. */
export function createRefreshTokens(key: string): RefreshTokens {
  const secret = Buffer.from(key, 'base64url');
  const mac = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();

  return {
    sign({ deviceId, generation }) {
      const text = `${deviceId}.${generation}`;
      return `${text}.${mac(text).toString('base64url')}`;
    },
    verify(token) {
      const [, deviceId, generation, given] =
        /^([0-9a-f]{24})\.(\d{1,15})\.([\w-]{43})$/.exec(token) ?? [];
      if (deviceId === undefined || generation === undefined || given === undefined)
        throw new AppError('unauthenticated');
      const expected = mac(`${deviceId}.${generation}`).toString('base64url');
      // Compared as text: base64url has several spellings of the same bytes.
      if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected)))
        throw new AppError('unauthenticated');
      return { deviceId, generation: Number(generation) };
    },
  };
}
