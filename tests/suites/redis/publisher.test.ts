import { expect, it } from 'vitest';
import { createPublisher } from '../../src/backend/adapter/publisher.ts';
import type { RedisClient } from '../../src/backend/adapter/client.ts';

const megabyte = 1024 * 1024;

it('F12 a Redis that does not answer is given 4 MiB and no more; once it answers, clients are told', async () => {
  const answers: (() => void)[] = [];
  let given = 0;
  const frozen = {
    isReady: true,
    async publish(_channel: string, payload: Buffer) {
      given += payload.length;
      await new Promise<void>((resolve) => answers.push(resolve));
    },
  };
  let missed = 0;
  const publisher = createPublisher(frozen as unknown as RedisClient, () => (missed += 1));
  const payload = Buffer.alloc(64 * 1024);
  const publish = (count: number) =>
    Promise.all(Array.from({ length: count }, () => publisher.publish('channel', payload)));

  const waiting = publish(16 * 20); // 20 MiB
  expect(given).toBeGreaterThanOrEqual(4 * megabyte);
  expect(given).toBeLessThanOrEqual(4 * megabyte + 2 * payload.length);
  expect(missed).toBe(0);
  answers.forEach((answer) => answer());
  await waiting;
  expect(missed).toBe(1);

  // What it has answered for makes room again.
  given = 0;
  answers.length = 0;
  const next = publish(1);
  expect(given).toBe(payload.length);
  answers[0]?.();
  await next;
  expect(missed).toBe(1); // nothing was lost this time
});
