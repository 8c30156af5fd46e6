import * as fc from 'fast-check';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { clientAddress, createIsProxy, networkOf } from '../src/backend/shared/address.ts';
import { AppError } from '../src/backend/shared/app-error.ts';
import { createLimiters, type Limiters } from '../src/backend/shared/limiters.ts';
import { createDatabase } from '../src/configs/database.ts';
import { parseEnvironment } from '../src/configs/env.ts';
import { limits, type Rate } from '../src/configs/limits.ts';
import { createModels } from '../src/models/index.ts';
import { sharedVariables, testVariables } from './support/app.ts';
import { runs } from './support/arbitraries.ts';
import { onTestFinished } from './support/finish.ts';

/** The limiters of two nodes on one database. */
async function startNodes(factor = '1') {
  const variables = sharedVariables({ RATE_LIMIT_FACTOR: factor });
  const nodes = await Promise.all(
    [1, 2].map(async () => {
      const env = parseEnvironment(variables);
      const database = createDatabase(env, pino({ level: 'silent' }));
      createModels(database.connection);
      await database.start();
      onTestFinished(database.stop);
      return { ...createLimiters({ env, connection: database.connection }), database };
    }),
  );
  return nodes as [(typeof nodes)[number], (typeof nodes)[number]];
}

/** Limiters of one node without a database. */
function memoryLimiters(factor = '1'): Limiters {
  const env = parseEnvironment(testVariables({ RATE_LIMIT_FACTOR: factor }));
  const { connection } = createDatabase(env, pino({ level: 'silent' }));
  return createLimiters({ env, connection });
}

/** How many of several tries at once pass, and the longest advice to those that do not. */
async function passed(tries: number, attempt: () => unknown) {
  const results = await Promise.allSettled(Array.from({ length: tries }, async () => attempt()));
  let retryAfterMs = 0;
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    expect(result.reason).toBeInstanceOf(AppError);
    expect(result.reason).toMatchObject({ code: 'rate-limited' });
    retryAfterMs = Math.max(retryAfterMs, result.reason.details.retryAfterMs);
  }
  return { count: results.filter(({ status }) => status === 'fulfilled').length, retryAfterMs };
}

/** Time passes only as the test says: what a bucket gets back meanwhile would count too. */
const holdTheClock = () => vi.useFakeTimers();

/**
 * The time of the counters stands still, so that no delay ends while a slow machine works. It is far
 * ahead: the database removes what has ended by a time of its own.
 */
const holdTheDate = () =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 24 * 3_600_000 });

it('C56 lets a burst pass at once, each key for itself, and gives it back in time', async () => {
  holdTheClock();
  const limiters = memoryLimiters();
  const first = await passed(100, () => limiters.take('send', 'anna'));
  expect(first.count).toBe(limits.rate.send.burst);
  expect(first.retryAfterMs).toBeLessThanOrEqual(1_000);
  expect((await passed(100, () => limiters.take('send', 'bert'))).count).toBe(20);
  expect((await passed(100, () => limiters.take('typing', 'anna'))).count).toBe(3);
  vi.advanceTimersByTime(Math.ceil(first.retryAfterMs));
  expect((await passed(1, () => limiters.take('send', 'anna'))).count).toBe(1);
});

it('S36 lets the rate pass in the long run, no more and no less', async () => {
  holdTheClock();
  const limiters = memoryLimiters();
  const [seconds, stepMs] = [60, 50];
  let count = 0;
  for (let time = 0; time < seconds * 1_000; time += stepMs) {
    count += (await passed(5, () => limiters.take('send', 'anna'))).count;
    vi.advanceTimersByTime(stepMs);
  }
  const { perSecond, burst } = limits.rate.send;
  expect(count).toBeLessThanOrEqual(burst + perSecond * seconds);
  expect(count).toBeGreaterThanOrEqual(perSecond * seconds);
});

/** A bucket as it is in the books: it holds `burst`, and refills steadily. */
function referenceBucket({ burst, perSecond }: Rate) {
  const rounding = 1e-6; // of sums of fractions
  let left = burst;
  let filledAt = 0;
  return {
    take(now: number): boolean {
      left = Math.min(burst, left + ((now - filledAt) / 1_000) * perSecond);
      filledAt = now;
      if (left < 1 - rounding) return false;
      left -= 1;
      return true;
    },
  };
}

type BucketName = Parameters<Limiters['take']>[0];
const bucketNames = Object.entries(limits.rate)
  .filter(([, rate]) => typeof rate === 'object')
  .map(([name]) => name as BucketName);

it('P16 passes what a bucket in the books passes, at any time, and says how long to wait', async () => {
  holdTheClock();
  const timeline = fc.array(
    fc.record({
      afterMs: fc.oneof(
        { arbitrary: fc.nat(200), weight: 40 },
        { arbitrary: fc.nat(60_000), weight: 1 },
      ),
      tries: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 40, maxLength: 100 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...bucketNames), timeline, async (name, moments) => {
      const limiters = memoryLimiters();
      const rate = limits.rate[name];
      const reference = referenceBucket(rate);
      const start = Date.now();
      for (const { afterMs, tries } of moments) {
        vi.advanceTimersByTime(afterMs);
        const now = Date.now() - start;
        for (let count = 0; count < tries; count += 1) {
          const { count: hasPassed, retryAfterMs } = await passed(1, () =>
            limiters.take(name, 'x'),
          );
          expect(hasPassed === 1).toBe(reference.take(now));
          expect(retryAfterMs).toBeLessThanOrEqual(1_000 / rate.perSecond);
        }
      }
      // Whoever waits as long as the advice says is let in.
      let advice = 0;
      while (advice === 0) advice = (await passed(1, () => limiters.take(name, 'x'))).retryAfterMs;
      vi.advanceTimersByTime(Math.ceil(advice));
      expect((await passed(1, () => limiters.take(name, 'x'))).count).toBe(1);
    }),
    runs(40),
  );
});

it('multiplies rates and bursts by RATE_LIMIT_FACTOR', async () => {
  holdTheClock();
  expect((await passed(500, () => memoryLimiters('10').take('send', 'x'))).count).toBe(500);
  const wide = memoryLimiters('10');
  expect((await passed(500, () => wide.take('send', 'x'))).count).toBe(200);
  const narrow = memoryLimiters('0.1');
  expect((await passed(500, () => narrow.take('send', 'x'))).count).toBe(2);
});

it('C55 C58 counts what is rare for all nodes together', async () => {
  const [one, two] = await startNodes();
  const results = await Promise.all([
    passed(10, () => one.count('register', '192.0.2.1')),
    passed(10, () => two.count('register', '192.0.2.1')),
  ]);
  expect(results.map(({ count }) => count).reduce((a, b) => a + b)).toBe(3);
  const longest = Math.max(...results.map(({ retryAfterMs }) => retryAfterMs));
  expect(longest).toBeGreaterThan(3_590_000);
  expect(longest).toBeLessThanOrEqual(3_600_000);
  expect((await passed(10, () => one.count('register', '192.0.2.2'))).count).toBe(3);
});

it('C08 lets five tries through, however many come at once to however many nodes', async () => {
  const [one, two] = await startNodes();
  holdTheDate();
  const results = await Promise.all([
    passed(20, () => one.logins.attempt('anna')),
    passed(20, () => two.logins.attempt('anna')),
  ]);
  expect(results.map(({ count }) => count).reduce((a, b) => a + b)).toBe(5);
  const { connection } = one.database;
  const rows = await connection.collection('rate_limits').find().toArray();
  expect(JSON.stringify(rows)).not.toContain('anna');
});

it('C08 doubles the delay with each try after it, up to a quarter of an hour', async () => {
  const [{ logins, database }] = await startNodes();
  holdTheDate();
  const counters = database.connection.collection('rate_limits');
  expect((await passed(4, () => logins.attempt('anna'))).count).toBe(4);
  const delays: number[] = [];
  for (let attempt = 5; attempt <= 18; attempt += 1) {
    await logins.attempt('anna');
    // More tries at once are refused, and lengthen nothing.
    const { count, retryAfterMs } = await passed(3, () => logins.attempt('anna'));
    expect(count).toBe(0);
    delays.push(Math.ceil(retryAfterMs / 1_000));
    await counters.updateMany({ key: /^login-delays/ }, { $set: { expire: new Date(0) } });
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
  await logins.succeeded('anna');
  expect((await passed(20, () => logins.attempt('anna'))).count).toBe(5);
});

it('each node counts for itself while the database is away', async () => {
  const [one] = await startNodes();
  await one.count('login', '192.0.2.1');
  await one.database.stop();
  expect((await passed(30, () => one.count('login', '192.0.2.1'))).count).toBe(20);
  expect((await passed(20, () => one.logins.attempt('anna'))).count).toBe(5);
});

it('the database removes counters that have ended', async () => {
  const [{ database }] = await startNodes();
  const indexes = await database.connection.collection('rate_limits').indexes();
  expect(indexes).toContainEqual(
    expect.objectContaining({ key: { expire: 1 }, expireAfterSeconds: 0 }),
  );
});

it('C08 takes an IPv6 network as one place, and an IPv4 address however it is written', () => {
  const place = '2001:db8:1:2::/64';
  for (const address of ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', '2001:0db8:0001:0002:1:2:3:4'])
    expect([address, networkOf(address)]).toEqual([address, place]);
  expect(networkOf('2001:db8:1:3::1')).not.toBe(place);
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect([networkOf('::ffff:192.0.2.1'), networkOf('192.0.2.1')]).toEqual([
    '192.0.2.1',
    '192.0.2.1',
  ]);
});

it('C52 finds the client before the proxies that it was told of', () => {
  const request = (remoteAddress: string, forwarded: string) =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as never;
  const behind = (trust: number | readonly string[], ...[own, forwarded]: [string, string]) =>
    clientAddress(request(own, forwarded), createIsProxy(trust));
  const spoofed = '6.6.6.6, 192.0.2.7, 10.0.0.2';
  expect(behind(0, '10.0.0.1', spoofed)).toBe('10.0.0.1');
  expect(behind(1, '10.0.0.1', spoofed)).toBe('10.0.0.2');
  expect(behind(2, '10.0.0.1', spoofed)).toBe('192.0.2.7');
  expect(behind(9, '10.0.0.1', spoofed)).toBe('6.6.6.6');
  expect(behind(['10.0.0.0/8'], '::ffff:10.0.0.1', spoofed)).toBe('192.0.2.7');
  expect(behind(['10.0.0.1'], '10.0.0.1', spoofed)).toBe('10.0.0.2');
  expect(behind(['10.0.0.0/8'], '192.0.2.9', spoofed)).toBe('192.0.2.9');
  expect(behind(['fd00::/8'], 'fd00::1', '2001:db8::1')).toBe('2001:db8::1');
  for (const nonsense of ['', 'canary', '1.2.3', ' , '])
    expect(behind(1, '10.0.0.1', nonsense)).toBe('10.0.0.1');
});
