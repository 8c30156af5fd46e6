import { createHmac } from 'node:crypto';

/** Signs a text; the answer is in base64url. */
type Sign = (text: string) => string;

/** A part of a token. */
export const encodePart = (part: unknown): string =>
  Buffer.from(JSON.stringify(part)).toString('base64url');

/** The key with a name that a backend with these variables signs with. */
export function firstKeyOf(variables: Readonly<Record<string, string>>) {
  const [ring = ''] = (variables['ACCESS_TOKEN_KEYS'] ?? '').split(',');
  const [kid = '', secret = ''] = ring.split(':');
  return { kid, key: Buffer.from(secret, 'base64url') };
}

/** Signs as a backend does, or with another hash or key. */
export const byHmac =
  (key: Uint8Array | string, hash = 'sha256'): Sign =>
  (text) =>
    createHmac(hash, key).update(text).digest('base64url');

/** A token of any header and claims; what backends check is theirs alone to read. */
export function forgeToken(header: unknown, claims: unknown, sign: Sign): string {
  const text = `${encodePart(header)}.${encodePart(claims)}`;
  return `${text}.${sign(text)}`;
}

/** The claims of a token of somebody that a backend would sign now. */
export function claimsOf(userId: string, deviceId: string, now = Date.now()) {
  const iat = Math.floor(now / 1_000);
  const sides = { iss: 'chat-backend', aud: 'chat-backend', sub: userId };
  return { device: deviceId, ...sides, jti: 'x', iat, exp: iat + 60 };
}
