import { hash, verify, type Options } from '@node-rs/argon2';
import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';

const { password: cost } = limits;
const options: Options = {
  memoryCost: cost.memoryKibibytes,
  timeCost: cost.iterations,
  parallelism: cost.parallelism,
};

/**
 * Hashes passwords with Argon2id, the most expensive thing a stranger can ask for: few run at once,
 * some wait, the rest is refused immediately.
 *
 * @see OWASP Password Storage Cheat Sheet, Argon2id
 */
export class Passwords {
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** What an unknown user's password is compared with, so that both answers take the same time. */
  readonly #nobody = hash('a password that nobody has', options);

  /** A PHC string. @throws AppError `unavailable` when too many wait */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, options));
  }

  /**
   * Whether the password matches; without a stored hash it takes as long and says no.
   *
   * @throws AppError `unavailable` when too many wait
   */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const fits = await this.#inTurn(async () => verify(stored ?? (await this.#nobody), password));
    return fits && stored !== undefined;
  }

  /** Whether a stored hash is weaker than a new one would be. */
  isWeak(stored: string): boolean {
    const [, memory, time] = /\$m=(\d+),t=(\d+),/.exec(stored) ?? [];
    return (
      !stored.startsWith('$argon2id$') ||
      Number(memory) < cost.memoryKibibytes ||
      Number(time) < cost.iterations
    );
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= cost.hashesInFlight) {
      if (this.#waiting.length >= cost.hashesWaiting)
        throw new AppError('unavailable', { retryAfterMs: 1_000 });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next(); // hands its slot over
    }
  }
}
