import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors/app-error.ts';

/**
 * What a refresh token says: which sign-in, and its position in the sequence of that sign-in's
 * tokens.
 */
export interface RefreshClaim {
  readonly deviceId: string;
  readonly generation: number;
}

/**
 * Refresh tokens as `deviceId.generation.mac`: nothing that could be stolen is stored, and every
 * generation ever issued is recognised.
 */
export class RefreshTokens {
  readonly #secret: Buffer;

  constructor(key: string) {
    this.#secret = Buffer.from(key, 'base64url');
  }

  sign({ deviceId, generation }: RefreshClaim): string {
    const text = `${deviceId}.${generation}`;
    return `${text}.${this.#mac(text)}`;
  }

  /** @throws AppError `unauthenticated` */
  verify(token: string): RefreshClaim {
    const [, deviceId, generation, given] =
      /^([0-9a-f]{24})\.(\d{1,15})\.([\w-]{43})$/.exec(token) ?? [];
    if (deviceId === undefined || generation === undefined || given === undefined)
      throw new AppError('unauthenticated');
    // Compared as text: base64url can spell the same bytes in several ways.
    const expected = this.#mac(`${deviceId}.${generation}`);
    if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected)))
      throw new AppError('unauthenticated');
    return { deviceId, generation: Number(generation) };
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}
