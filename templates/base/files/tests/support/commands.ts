import type { Rate } from '../../src/configs/limits.ts';
import type { CommandName } from '../../src/contract/index.ts';
import { ask, startApp } from './app.ts';
import { holdTheBuckets } from './timers.ts';

const tooMany = 30; // fewer than the refusals that end a socket

/**
 * How many commands of a new user pass their rate when more come at once than its bucket holds. What
 * else is wrong with them does not matter.
 */
export async function passedAtOnce(
  name: CommandName,
  { burst }: Rate,
  payload: unknown,
): Promise<number> {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  // Two, as each of them may send less than the largest bucket holds.
  const sockets = [await user.connect(), await user.connect()] as const;
  holdTheBuckets();
  const answers = await Promise.all(
    Array.from({ length: burst + tooMany }, (_, index) =>
      ask(sockets[index % 2 === 0 ? 0 : 1], name, payload),
    ),
  );
  return answers.filter((answer) => answer.ok || answer.error.code !== 'rate-limited').length;
}
