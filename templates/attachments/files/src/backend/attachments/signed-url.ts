import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Seal } from '../../platform/security/data-keys.ts';

/** What an address says; all of it is signed. */
export type Said = Readonly<Record<string, string>>;

/** The only path of the addresses: what they name would stand in logs and histories otherwise. */
export const filesPath = '/files';

/** Addresses that nobody can change, each for one method until it expires. */
export class UrlSigner {
  readonly #seal: Seal;

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  sign(method: 'GET' | 'PUT', said: Said, expiresAt: Date): string {
    const all = { ...said, expires: String(expiresAt.getTime()) };
    const query = new URLSearchParams({
      ...all,
      signature: this.#seal.seal(textOf(method, all))._id,
    });
    return `${filesPath}?${query}`;
  }

  /** What an address says. @throws AppError `forbidden` for one that is not ours, or was */
  verify(method: 'GET' | 'PUT', query: Readonly<Record<string, unknown>>, now: Date): Said {
    const { signature, ...all } = query;
    const ours = this.#seal.all(textOf(method, all));
    if (!ours.some(({ _id }) => isSame(_id, String(signature))))
      throw new AppError('forbidden', { detail: 'The address is not as it was given.' });
    if (Number(all['expires']) <= now.getTime())
      throw new AppError('forbidden', { detail: 'The address has expired: ask for a new one.' });
    return all as Said;
  }
}

/** As JSON, so that no text of one field can be that of another. */
function textOf(method: string, said: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(said).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([method, fields]);
}

function isSame(ours: string, given: string): boolean {
  const [a, b] = [Buffer.from(ours), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
