import { nameKeyOf } from '../../contract/name-key.ts';
import type { OpenModels } from '../../models/index.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { duplicateKeyOf } from '../../platform/errors/database-errors.ts';
import type { Names } from '../shared/names.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { assertStrongPassword } from './password-rules.ts';
import type { Passwords } from '../../platform/security/password-hashing.ts';

/** What a new account is made of. */
export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

interface Ports {
  readonly clock: Clock;
  readonly models: OpenModels;
  readonly names: Names;
  readonly passwords: Passwords;
}

/** Makes accounts. */
export class Registration {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Stores a new user and returns the id. What costs nothing is checked before what costs a query,
   * and that before the hash; the indexes have the last word.
   *
   * @throws AppError `validation` for a reserved name, `weak-password`, `username-taken`,
   * `email-taken`
   */
  async create({ username, email, password }: NewAccount): Promise<string> {
    const { clock, models, names, passwords } = this.#ports;
    names.assertUsername(username);
    assertStrongPassword(password, { username, email });
    await this.#assertFree(username, email);
    const row = {
      username,
      nameKey: nameKeyOf(username),
      email,
      displayName: username,
      passwordHash: await passwords.hash(password),
      status: 'active' as const,
      timestamp: clock.now(),
    };
    try {
      return await withTransaction(models.users.db, async (session) => {
        if (await names.isErased(username, session)) throw new AppError('username-taken');
        const [user] = await models.users.create([row], { session });
        return String(user?._id);
      });
    } catch (error) {
      throw toTaken(duplicateKeyOf(error) ?? [], error);
    }
  }

  async #assertFree(username: string, email: string): Promise<void> {
    const key = { nameKey: nameKeyOf(username) };
    const rows = await this.#ports.models.users
      .find({ $or: [{ username }, key, { email }] }, { email: 1, username: 1, nameKey: 1 })
      .lean();
    if (rows.some((row) => row.username === username || row.nameKey === key.nameKey))
      throw new AppError('username-taken');
    if (rows.length > 0) throw new AppError('email-taken');
  }
}

/** The problem that a unique index found with a name or an address. */
function toTaken(fields: readonly string[], cause: unknown): unknown {
  if (fields.includes('username') || fields.includes('nameKey'))
    return new AppError('username-taken', { cause });
  return fields.includes('email') ? new AppError('email-taken', { cause }) : cause;
}
