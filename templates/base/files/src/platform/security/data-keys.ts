import { createHmac, hkdfSync } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { Environment } from '../../configs/env.ts';
import { exitCodes, StartError } from '../errors/start-error.ts';

type DataKeys = Environment['DATA_KEYS'];

/**
 * A key for one purpose, derived from a configured one: what one of them reveals says nothing about
 * the others.
 *
 * @see RFC 5869
 */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', purpose, 32));

/** A text as it is stored where it must not be read, and the key that hid it. */
export interface Sealed {
  readonly _id: string;
  readonly kid: string;
}

/** Hides texts that are only ever compared; the first key of the ring writes, all of them read. */
export class Seal {
  readonly #keys: readonly { readonly kid: string; readonly key: Buffer }[];

  constructor(keys: DataKeys, purpose: string) {
    this.#keys = keys.map(({ kid, secret }) => ({ kid, key: deriveKey(secret, purpose) }));
  }

  seal(text: string): Sealed {
    const [first] = this.all(text);
    if (first === undefined) throw new Error('DATA_KEYS has no key');
    return first;
  }

  /** Every form in which a text may be stored: one a key. */
  all(text: string): readonly Sealed[] {
    return this.#keys.map(({ kid, key }) => ({
      _id: createHmac('sha256', key).update(text).digest('base64url'),
      kid,
    }));
  }
}

/** What hides the names of erased users. */
export const createNameSeal = (keys: DataKeys): Seal => new Seal(keys, 'names');

/** Refuses to start without a key that rows were made with: names would be free again. @throws StartError */
export async function checkDataKeys(connection: Connection, keys: DataKeys): Promise<void> {
  const known = new Set(keys.map(({ kid }) => kid));
  const used: unknown[] = await connection.collection('reserved_names').distinct('kid');
  for (const kid of used)
    if (!known.has(String(kid)))
      throw new StartError(
        exitCodes.configuration,
        `DATA_KEYS lacks the key ${String(kid)}, which names of erased users were hidden with: put it back, behind the others`,
      );
}
