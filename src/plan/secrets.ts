import { randomBytes } from 'node:crypto';

/** The keys a project signs and seals its tokens with; they go into `.env` and nowhere else. */
export interface Secrets {
  /** `kid:secret`, 32 random bytes. */
  readonly accessTokenKeys: string;
  readonly refreshTokenKey: string;
  /** `kid:secret`, as the first one. */
  readonly dataKeys: string;
}

/** Makes new keys, different at every call. */
export function makeSecrets(): Secrets {
  return {
    accessTokenKeys: `k1:${randomKey()}`,
    refreshTokenKey: randomKey(),
    dataKeys: `k1:${randomKey()}`,
  };
}

function randomKey(): string {
  return randomBytes(32).toString('base64url');
}
