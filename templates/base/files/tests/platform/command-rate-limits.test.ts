import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { commands, type CommandName } from '../../src/contract/index.ts';
import { ask, refused, startApp } from '../support/app.ts';
import { startTarget } from '../support/hostile.ts';
import { holdRateLimits } from '../support/timers.ts';
import { nameOf, readUses, type Use } from '../support/uses.ts';

const { rate } = limits;
const uses = await readUses();
const isOfUser = ({ of }: Use): boolean => Object.hasOwn(commands, of);

it.each(uses.filter(isOfUser).map((use) => [nameOf(use), use] as const))(
  'C56 %s draws from the rate of its contract, which its user has once',
  async (_name, use) => {
    const target = await startTarget({ RATE_LIMIT_FACTOR: '1' });
    const name = use.of as CommandName;
    const { burst } = rate[commands[name].rate];
    // Two sockets, as each of them may send less than the largest burst.
    const sockets = [target.socket, await target.user.connect()] as const;
    const tooMany = 10; // fewer than the refusals that end a socket
    const input = target.inputOf(use);
    holdRateLimits();
    const answers = await Promise.all(
      Array.from({ length: burst + tooMany }, (_, index) =>
        ask(sockets[index % 2 === 0 ? 0 : 1], name, input),
      ),
    );
    const passed = answers.filter((answer) => answer.ok || answer.error.code !== 'rate-limited');
    expect(passed).toHaveLength(burst);
  },
);

it('C56 a command consumes its rate before its payload is looked at', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const socket = await (await app.register()).connect();
  holdRateLimits();
  const { burst } = rate[commands['message:send'].rate];
  for (let number = 0; number < burst; number += 1)
    expect((await refused(socket, 'message:send', { none: 1 })).code).toBe('validation');
  expect((await refused(socket, 'message:send', { none: 1 })).code).toBe('rate-limited');
});

it('C56 every command of a socket consumes one more rate limit, whatever else limits it', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const [socket, other] = [await user.connect(), await user.connect()];
  holdRateLimits();
  const heads = (one = socket) => ask(one, 'conversation:heads', {});
  const renew = () => ask(socket, 'auth:refresh', { token: user.token });
  // The rate limits of both commands allow more than what is left of that of the socket.
  const renewals = rate.renew.burst;
  const first = await Promise.all([
    ...Array.from({ length: renewals }, renew),
    ...Array.from({ length: rate.anyEvent.burst - renewals }, () => heads()),
  ]);
  expect(first.every(({ ok }) => ok)).toBe(true);
  expect(await heads()).toMatchObject({ ok: false, error: { code: 'rate-limited' } });
  expect((await heads(other)).ok).toBe(true);
});
