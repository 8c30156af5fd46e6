import { hash, verify, type Options } from '@node-rs/argon2';
import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';

const { password: cost } = limits;
const options: Options = {
  memoryCost: cost.memoryKibibytes,
  timeCost: cost.iterations,
  parallelism: cost.parallelism,
};

/** Hashes passwords with Argon2id. */
export interface Passwords {
  /** A PHC string. @throws AppError `unavailable` when too many wait */
  hash(password: string): Promise<string>;
  /**
   * Whether the password fits; without a stored hash it takes as long and says no.
   *
   * @throws AppError `unavailable` when too many wait
   */
  verify(stored: string | undefined, password: string): Promise<boolean>;
  /** Whether a stored hash is weaker than a new one would be. */
  isWeak(stored: string): boolean;
}

/**
 * Creates the hashing of one app. Hashing is the dearest thing a stranger can ask for: few run at
 * once, some wait, the rest is refused at once.
 *
 * @see OWASP Password Storage Cheat Sheet, Argon2id
 */
export function createPasswords(): Passwords {
  const run = createQueue(cost.hashesInFlight, cost.hashesWaiting);
  // What an unknown user's password is compared with, so that both answers take the same time.
  const nobody = hash('a password that nobody has', options);

  return {
    hash: (password) => run(() => hash(password, options)),
    async verify(stored, password) {
      const fits = await run(async () => verify(stored ?? (await nobody), password));
      return fits && stored !== undefined;
    },
    isWeak(stored) {
      const [, memory, time] = /\$m=(\d+),t=(\d+),/.exec(stored) ?? [];
      return (
        !stored.startsWith('$argon2id$') ||
        Number(memory) < cost.memoryKibibytes ||
        Number(time) < cost.iterations
      );
    },
  };
}

function createQueue(atOnce: number, waiting: number) {
  const queue: (() => void)[] = [];
  let running = 0;

  return async function run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw new AppError('unavailable', { retryAfterMs: 1_000 });
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next(); // hands its place over
    }
  };
}
