import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../platform/errors/app-error.ts';

/** What an address says; all of it is signed. */
export type Said = Readonly<Record<string, string>>;

/** The only path of the addresses: what they name would stand in logs and histories otherwise. */
export const filesPath = '/files';

/** Addresses that nobody can change, each for one method until it expires. */
export class UrlSigner {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  sign(method: 'GET' | 'PUT', said: Said, expiresAt: Date): string {
    const all = { ...said, expires: String(expiresAt.getTime()) };
    const query = new URLSearchParams({ ...all, signature: this.#signature(method, all) });
    return `${filesPath}?${query}`;
  }

  /** What an address says. @throws AppError `forbidden` for one that is not ours, or was */
  verify(method: 'GET' | 'PUT', query: Readonly<Record<string, unknown>>, now: Date): Said {
    const { signature, ...all } = query;
    const ours = Buffer.from(this.#signature(method, all));
    const given = Buffer.from(String(signature));
    if (given.length !== ours.length || !timingSafeEqual(given, ours))
      throw new AppError('forbidden', { detail: 'The address is not as it was given.' });
    if (Number(all['expires']) <= now.getTime())
      throw new AppError('forbidden', { detail: 'The address has expired: ask for a new one.' });
    return all as Said;
  }

  /** Over JSON, so that no text of one field can be that of another. */
  #signature(method: string, said: Readonly<Record<string, unknown>>): string {
    const fields = Object.entries(said).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = JSON.stringify([method, fields]);
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}
