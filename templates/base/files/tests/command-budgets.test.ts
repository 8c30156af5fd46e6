import { expect, it } from 'vitest';
import { limits, type Rate } from '../src/configs/limits.ts';
import type { CommandName } from '../src/contract/index.ts';
import { newId } from '../src/backend/shared/ids.ts';
import { ask, startApp } from './support/app.ts';
import { passedAtOnce } from './support/commands.ts';
import { holdTheBuckets } from './support/timers.ts';

const { rate } = limits;
const conversationId = newId().toHexString();
const messageId = newId().toHexString();

/** The bucket of each command, and what it may be sent with: nothing of it has to exist. */
const commands: Partial<Record<CommandName, readonly [Rate, unknown]>> = {
  'message:send': [rate.send, { conversationId, clientMessageId: 'one', content: 'hello' }],
  'message:edit': [rate.write, { conversationId, messageId, content: 'hello' }],
  'message:delete': [rate.write, { conversationId, messageId }],
  'conversation:sync': [rate.sync, { cursors: [{ conversationId, seq: 0, rev: 0 }] }],
  'conversation:heads': [rate.sync, {}],
};

it.each(Object.entries(commands))('C56 %s draws from its bucket', async (name, [bucket, input]) => {
  expect(await passedAtOnce(name as CommandName, bucket, input)).toBe(bucket.burst);
});

it('C56 every command of a socket draws from one bucket more, whatever else limits it', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const [socket, other] = [await user.connect(), await user.connect()];
  holdTheBuckets();
  // Nothing else limits how often a token is renewed.
  const refresh = (one = socket) => ask(one, 'auth:refresh', { token: user.token });
  const { burst } = rate.anyEvent;
  const answers = await Promise.all(Array.from({ length: burst + 20 }, () => refresh()));
  expect(answers.slice(0, burst).every(({ ok }) => ok)).toBe(true);
  for (const answer of answers.slice(burst))
    expect(answer).toMatchObject({ ok: false, error: { code: 'rate-limited' } });
  expect((await refresh(other)).ok).toBe(true);
});
