import { createHmac, randomBytes } from 'node:crypto';
import type { SlotEntry } from '../templates/manifest.ts';

/** The keys a project signs and seals its tokens with; they go into `.env` and nowhere else. */
export interface Secrets {
  /** `kid:secret`, 32 random bytes. */
  readonly accessTokenKeys: string;
  readonly refreshTokenKey: string;
  /** `kid:secret`, as the first one. */
  readonly dataKeys: string;
  /** From which the keys of features follow; itself it is in no file. */
  readonly seed: string;
}

/** Makes new keys, different at every call. */
export function makeSecrets(): Secrets {
  return {
    accessTokenKeys: `k1:${randomKey()}`,
    refreshTokenKey: randomKey(),
    dataKeys: `k1:${randomKey()}`,
    seed: randomKey(),
  };
}

/** A key of its own for each variable of a feature that wants one, by its name. */
export function featureKeys(
  { seed }: Secrets,
  variables: readonly SlotEntry[],
): Readonly<Record<string, string>> {
  const names = variables.flatMap((entry) =>
    typeof entry === 'object' && entry['secret'] ? [entry['name'] ?? ''] : [],
  );
  return Object.fromEntries(
    names.map((name) => [name, createHmac('sha256', seed).update(name).digest('base64url')]),
  );
}

function randomKey(): string {
  return randomBytes(32).toString('base64url');
}
