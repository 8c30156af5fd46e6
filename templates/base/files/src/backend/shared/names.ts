import { trusted, type ClientSession } from 'mongoose';
import { createNameSeal, type Seal } from '../../platform/security/data-keys.ts';
import type { Environment } from '../../configs/env.ts';
import { nameKeyOf } from '../../contract/name-key.ts';
import type { OpenModels } from '../../models/index.ts';
import { type AppError, invalid } from '../../platform/errors/app-error.ts';
import { toLatin } from './look-alikes.ts';
import { reservedUsernames } from './reserved-usernames.ts';

/** Shorter words are compared as they are read: `all` is reserved, and Ali is a name. */
const shortestDisguise = 4;
const separators = /[\s._-]+/u;

/** The names that nobody may have: those of the system, and those of erased users. */
export class Names {
  readonly #models: OpenModels;
  readonly #seal: Seal;
  readonly #reserved: ReadonlySet<string>;

  constructor(core: { readonly env: Environment; readonly models: OpenModels }) {
    this.#models = core.models;
    this.#seal = createNameSeal(core.env.DATA_KEYS);
    this.#reserved = new Set(
      [...reservedUsernames, ...core.env.RESERVED_USERNAMES]
        .map((name) => keyOf(name.split(separators).join('')))
        .filter((key) => key !== ''),
    );
  }

  /** @throws AppError `validation` for a name of the system */
  assertUsername(username: string): void {
    if (this.#isReserved(username)) throw reserved('/username');
  }

  /** @throws AppError `validation` for what looks like a name of the system */
  assertDisplayName(displayName: string): void {
    const plain = toLatin(displayName).normalize('NFKD').replaceAll(/\p{M}/gu, '');
    if (this.#isReserved(toLatin(plain).toLowerCase())) throw reserved('/displayName');
  }

  /** Whether a name is that of an erased user; in the transaction that would assign it. */
  async isErased(username: string, session: ClientSession): Promise<boolean> {
    const ids = this.#seal.all(nameKeyOf(username)).map(({ _id }) => _id);
    const filter = { _id: trusted({ $in: ids }) };
    return (await this.#models.reservedNames.exists(filter).session(session)) !== null;
  }

  /** Reserves the name of an erased user, readable by nobody. */
  async keepErased(username: string, session: ClientSession): Promise<void> {
    if (await this.isErased(username, session)) return; // of two that look the same
    await this.#models.reservedNames.create([this.#seal.seal(nameKeyOf(username))], { session });
  }

  /** Whether a name, or what stands before one of its separators, is a reserved one. */
  #isReserved(name: string): boolean {
    const parts = name.split(separators);
    return parts.some((_part, index) =>
      this.#reserved.has(keyOf(parts.slice(0, index + 1).join(''))),
    );
  }
}

/** A word without its disguise: `adm1n`, `4dmin` and `admln` are `admin`. */
const keyOf = (word: string): string =>
  word.length < shortestDisguise
    ? nameKeyOf(word)
    : nameKeyOf(word)
        .replaceAll('l', 'i')
        .replaceAll('4', 'a')
        .replaceAll('3', 'e')
        .replaceAll('5', 's')
        .replaceAll('7', 't');

const reserved = (pointer: string): AppError =>
  invalid(pointer, 'is reserved, or looks like a reserved name: choose another one');
