import * as fc from 'fast-check';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { clientAddress, createIsProxy, networkOf } from '../../src/platform/lib/address.ts';
import { AppError } from '../../src/platform/errors/app-error.ts';
import { Limiters } from '../../src/platform/rate-limits/limiters.ts';
import { Database } from '../../src/platform/database/connection.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { limits, type Rate } from '../../src/configs/limits.ts';
import { createModels } from '../../src/models/index.ts';
import { sharedVariables, testVariables } from '../support/app.ts';
import { runs } from '../support/arbitraries.ts';
import { onTestFinished } from '../support/finish.ts';

/** The limiters of two nodes on one database. */
async function startNodes(factor = '1') {
  const variables = sharedVariables({ RATE_LIMIT_FACTOR: factor });
  const nodes = await Promise.all(
    [1, 2].map(async () => {
      const env = parseEnvironment(variables);
      const database = new Database(env, pino({ level: 'silent' }), []);
      createModels(database.connection);
      await database.start();
      onTestFinished(() => database.stop());
      const limiters = new Limiters(env, database.connection);
      return { limiters, guard: limiters.guard, database };
    }),
  );
  return nodes as [(typeof nodes)[number], (typeof nodes)[number]];
}

/** Limiters of one node without a database. */
function memoryLimiters(factor = '1'): Limiters {
  const env = parseEnvironment(testVariables({ RATE_LIMIT_FACTOR: factor }));
  const { connection } = new Database(env, pino({ level: 'silent' }), []);
  return new Limiters(env, connection);
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

/** Time passes only as the test says: what a rate limit gets back meanwhile would count too. */
const holdTheClock = () => vi.useFakeTimers();

/**
 * The time of the rate limits stands still, so that no delay ends while a slow machine works. It is far
 * ahead: the database removes what has ended by a time of its own.
 */
const holdTheDate = () =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 24 * 3_600_000 });

it('C56 lets a burst pass at once, each key for itself, and gives it back in time', async () => {
  holdTheClock();
  const limiters = memoryLimiters();
  const first = await passed(100, () => limiters.consume('send', 'anna'));
  expect(first.count).toBe(limits.rate.send.burst);
  expect(first.retryAfterMs).toBeLessThanOrEqual(1_000);
  expect((await passed(100, () => limiters.consume('send', 'bert'))).count).toBe(20);
  expect((await passed(100, () => limiters.consume('typing', 'anna'))).count).toBe(3);
  vi.advanceTimersByTime(Math.ceil(first.retryAfterMs));
  expect((await passed(1, () => limiters.consume('send', 'anna'))).count).toBe(1);
});

it('S36 lets the rate pass in the long run, no more and no less', async () => {
  holdTheClock();
  const limiters = memoryLimiters();
  const [seconds, stepMs] = [60, 50];
  let count = 0;
  for (let time = 0; time < seconds * 1_000; time += stepMs) {
    count += (await passed(5, () => limiters.consume('send', 'anna'))).count;
    vi.advanceTimersByTime(stepMs);
  }
  const { perSecond, burst } = limits.rate.send;
  expect(count).toBeLessThanOrEqual(burst + perSecond * seconds);
  expect(count).toBeGreaterThanOrEqual(perSecond * seconds);
});

/** A token bucket as it is in the books: it holds `burst`, and refills steadily. */
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

type BucketName = Parameters<Limiters['consume']>[0];
const bucketNames = Object.entries(limits.rate)
  .filter(([, rate]) => typeof rate === 'object')
  .map(([name]) => name as BucketName);

it('P16 passes what a token bucket in the books passes, at any time, and says how long to wait', async () => {
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
            limiters.consume(name, 'x'),
          );
          expect(hasPassed === 1).toBe(reference.take(now));
          expect(retryAfterMs).toBeLessThanOrEqual(1_000 / rate.perSecond);
        }
      }
      // Whoever waits as long as the advice says is let in.
      let advice = 0;
      while (advice === 0)
        advice = (await passed(1, () => limiters.consume(name, 'x'))).retryAfterMs;
      vi.advanceTimersByTime(Math.ceil(advice));
      expect((await passed(1, () => limiters.consume(name, 'x'))).count).toBe(1);
    }),
    runs(40),
  );
});

it('multiplies rates and bursts by RATE_LIMIT_FACTOR', async () => {
  holdTheClock();
  expect((await passed(500, () => memoryLimiters('10').consume('send', 'x'))).count).toBe(500);
  const wide = memoryLimiters('10');
  expect((await passed(500, () => wide.consume('send', 'x'))).count).toBe(200);
  const narrow = memoryLimiters('0.1');
  expect((await passed(500, () => narrow.consume('send', 'x'))).count).toBe(2);
});

it('C55 C58 counts what is rare for all nodes together', async () => {
  const [one, two] = await startNodes();
  const results = await Promise.all([
    passed(10, () => one.limiters.consumeShared('register', '192.0.2.1')),
    passed(10, () => two.limiters.consumeShared('register', '192.0.2.1')),
  ]);
  expect(results.map(({ count }) => count).reduce((a, b) => a + b)).toBe(3);
  const longest = Math.max(...results.map(({ retryAfterMs }) => retryAfterMs));
  expect(longest).toBeGreaterThan(3_590_000);
  expect(longest).toBeLessThanOrEqual(3_600_000);
  expect((await passed(10, () => one.limiters.consumeShared('register', '192.0.2.2'))).count).toBe(
    3,
  );
});

it('C58 what is refused for many at once uses up nothing of what is left', async () => {
  const [one, two] = await startNodes();
  const quota = one.limiters.maxOf('newDirect');
  await one.limiters.consumeShared('newDirect', 'anna', quota - 2);
  for (const tries of [1, 2])
    expect([
      tries,
      (await passed(1, () => one.limiters.consumeShared('newDirect', 'anna', 3))).count,
    ]).toEqual([tries, 0]);
  expect((await passed(1, () => two.limiters.consumeShared('newDirect', 'anna', 2))).count).toBe(1);
  expect((await passed(1, () => one.limiters.consumeShared('newDirect', 'anna'))).count).toBe(0);
});

const wrong = async (): Promise<boolean> => false;
const right = async (): Promise<boolean> => true;

it('C08 C121 lets five tries through, however many come at once to however many nodes', async () => {
  const [one, two] = await startNodes();
  // Connections to be had: whoever waits too long for one is counted by the node alone.
  const ping = async ({ database }: typeof one) => database.connection.db?.command({ ping: 1 });
  await Promise.allSettled(Array.from({ length: 16 }, (_, index) => ping(index % 2 ? one : two)));
  holdTheDate();
  const results = await Promise.all(
    [one, two].map(({ guard }) => passed(8, () => guard.stranger('anna', '192.0.2.1', wrong))),
  );
  expect(results.map(({ count }) => count).reduce((a, b) => a + b)).toBe(5);
  const { connection } = one.database;
  const rows = await connection.collection('rate_limits').find().toArray();
  expect(JSON.stringify(rows)).not.toMatch(/anna|192/);
});

it('C08 C121 doubles the delay of a place with each try, up to a quarter of an hour', async () => {
  const [{ guard, database }] = await startNodes();
  holdTheDate();
  const rows = database.connection.collection('rate_limits');
  const places = {
    login: { free: 5, attempt: (check = wrong) => guard.stranger('anna', '192.0.2.1', check) },
    'known-device': { free: 10, attempt: (check = wrong) => guard.knownDevice('anna', check) },
  };
  for (const [name, { free, attempt }] of Object.entries(places)) {
    expect([name, (await passed(free - 1, attempt)).count]).toEqual([name, free - 1]);
    const delays: number[] = [];
    for (let tries = free; tries < free + 14; tries += 1) {
      await attempt();
      // More tries at once are refused, and lengthen nothing.
      const { count, retryAfterMs } = await passed(3, attempt);
      expect([name, count]).toEqual([name, 0]);
      delays.push(Math.ceil(retryAfterMs / 1_000));
      const over = { $set: { expire: new Date(0) } };
      await rows.updateMany({ key: { $regex: `^${name}-delays` } }, over);
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
    await attempt(right);
    expect([name, (await passed(20, attempt)).count]).toEqual([name, free]);
  }
});

it('C08 C121 guards a login after a hundred failures, and closes no place that has not tried', async () => {
  const [{ guard }, other] = await startNodes();
  holdTheDate();
  const from = (place: number, count: number) =>
    passed(count, () => guard.stranger('anna', `198.51.100.${place}`, wrong));
  for (let place = 1; place <= 20; place += 1)
    expect([place, (await from(place, 5)).count]).toEqual([place, 5]);
  // A place of before has had its tries of today; a new one has three, on every node.
  const before = await from(1, 1);
  expect([before.count, (await from(21, 5)).count]).toEqual([0, 3]);
  expect((await passed(1, () => other.guard.stranger('anna', '198.51.100.21', wrong))).count).toBe(
    0,
  );
  expect(await other.guard.stranger('anna', '198.51.100.22', right)).toBe(true);
  expect(await guard.stranger('bert', '198.51.100.1', wrong)).toBe(false); // another login
});

it('C08 C121 gives back what was counted when no password was looked at', async () => {
  const [{ guard }] = await startNodes();
  holdTheDate();
  const busy = async (): Promise<boolean> => Promise.reject(new AppError('unavailable'));
  const attempts = [
    [5, (check = busy) => guard.stranger('anna', '192.0.2.1', check)],
    [10, (check = busy) => guard.knownDevice('anna', check)],
    [5, (check = busy) => guard.signedIn('device', check)],
  ] as const;
  for (const [free, attempt] of attempts) {
    for (let tries = 0; tries < 2 * free; tries += 1)
      await expect(attempt()).rejects.toMatchObject({ code: 'unavailable' });
    expect((await passed(free, () => attempt(wrong))).count).toBe(free);
    expect((await passed(1, () => attempt(wrong))).count).toBe(0);
  }
});

it('each node counts on its own while the database is unavailable', async () => {
  const [one] = await startNodes();
  await one.limiters.consumeShared('login', '192.0.2.1');
  await one.database.stop();
  expect((await passed(30, () => one.limiters.consumeShared('login', '192.0.2.1'))).count).toBe(20);
  expect((await passed(20, () => one.guard.stranger('anna', '192.0.2.1', wrong))).count).toBe(5);
});

it('the database removes shared rate limits that have ended', async () => {
  const [{ database }] = await startNodes();
  const indexes = await database.connection.collection('rate_limits').indexes();
  expect(indexes).toContainEqual(
    expect.objectContaining({ key: { expire: 1 }, expireAfterSeconds: 0 }),
  );
});

it('C08 takes 56 bits of IPv6 as one place where passwords are guessed', () => {
  for (const address of ['2001:db8:1:200::1', '2001:db8:1:2ff::1', '2001:db8:1:0200:ffff::9'])
    expect([address, networkOf(address, 56)]).toEqual([address, '2001:db8:1:200::/56']);
  expect(networkOf('2001:db8:1:300::1', 56)).toBe('2001:db8:1:300::/56');
  expect(networkOf('192.0.2.1', 56)).toBe('192.0.2.1');
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
