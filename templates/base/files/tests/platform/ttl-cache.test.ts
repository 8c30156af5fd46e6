import { beforeEach, expect, it, vi } from 'vitest';
import { TtlCache } from '../../src/platform/lib/ttl-cache.ts';

const ttlMs = 1_000;

/** A cache whose loads end when the test says so. */
function startCache() {
  const loads: { resolve(value: number): void; reject(error: Error): void }[] = [];
  const cache = new TtlCache<number>(
    () => ttlMs,
    2,
    (value) => value > 0,
  );
  const load = (): Promise<number> =>
    new Promise((resolve, reject) => loads.push({ resolve, reject }));
  return { loads, cache, get: (key = 'a') => cache.get(key, load) };
}

/** Lets what follows an answered load happen. */
const turn = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await Promise.resolve();
};

beforeEach(() => {
  vi.useFakeTimers();
  return () => void vi.useRealTimers();
});

it('joins questions, then knows the answer for its time and no longer', async () => {
  const { loads, get } = startCache();
  const first = get();
  expect(get()).toBe(first);
  loads[0]?.resolve(1);
  expect(await first).toBe(1);
  expect(get()).toBe(1);
  vi.advanceTimersByTime(ttlMs);
  expect(get()).toBeInstanceOf(Promise);
  expect(loads).toHaveLength(2);
});

it('refreshes in the second half, once, while the old answer still serves', async () => {
  const { loads, get } = startCache();
  void get();
  loads[0]?.resolve(1);
  await turn();
  vi.advanceTimersByTime(ttlMs * 0.6);
  expect([get(), get(), loads.length]).toEqual([1, 1, 2]);
  loads[1]?.resolve(2);
  await turn();
  expect(get()).toBe(2);
  vi.advanceTimersByTime(ttlMs * 0.9); // its age counts from the question
  expect(get()).toBe(2);
  vi.advanceTimersByTime(ttlMs * 0.1);
  expect(get()).toBeInstanceOf(Promise);
});

it('C25 what was deleted while it was being refreshed stays deleted', async () => {
  const { loads, cache, get } = startCache();
  void get();
  loads[0]?.resolve(1);
  await turn();
  vi.advanceTimersByTime(ttlMs * 0.6);
  expect(get()).toBe(1);
  cache.delete('a');
  loads[1]?.resolve(1);
  await turn();
  expect(get()).toBeInstanceOf(Promise);
  expect(loads).toHaveLength(3);
});

it('keeps no failure, and no more than its size', async () => {
  const { loads, get } = startCache();
  const failed = get();
  loads[0]?.reject(new Error('away'));
  await expect(failed).rejects.toThrow('away');
  for (const [index, key] of ['a', 'b', 'c'].entries()) {
    void get(key);
    loads[index + 1]?.resolve(index + 1);
  }
  await turn();
  expect([get('b'), get('c')]).toEqual([2, 3]);
  expect(get('a')).toBeInstanceOf(Promise);
});

it('keeps nothing that is not worth it, also when it was, and joins those who ask for it', async () => {
  const { loads, get } = startCache();
  const first = get();
  expect(get()).toBe(first);
  loads[0]?.resolve(0);
  expect(await first).toBe(0);
  const second = get();
  expect(second).toBeInstanceOf(Promise);
  loads[1]?.resolve(1);
  await turn();
  vi.advanceTimersByTime(ttlMs * 0.6);
  expect(get()).toBe(1);
  loads[2]?.resolve(0);
  await turn();
  expect(get()).toBeInstanceOf(Promise);
});

it('takes what was read for something else, from the moment of that read, and only if it is newer', async () => {
  const { loads, cache, get } = startCache();
  const from = performance.now();
  vi.advanceTimersByTime(ttlMs * 0.4);
  cache.offer('a', 1, from);
  expect([get(), loads.length]).toEqual([1, 0]);
  cache.offer('a', 2, from - 1);
  expect(get()).toBe(1);
  vi.advanceTimersByTime(ttlMs * 0.6);
  const read = get();
  cache.offer('a', 3, from); // older than the question that is under way
  expect(get()).toBe(read);
  loads[0]?.resolve(4);
  await turn();
  expect(get()).toBe(4);
});

it('what is offered displaces nothing that still counts', async () => {
  const { cache, get } = startCache();
  const start = performance.now();
  cache.offer('a', 1, start);
  cache.offer('b', 2, start);
  cache.offer('c', 3, start);
  expect([get('a'), get('b')]).toEqual([1, 2]);
  expect(get('c')).toBeInstanceOf(Promise); // which displaces the oldest
  vi.advanceTimersByTime(ttlMs);
  cache.offer('d', 4, performance.now());
  expect(get('d')).toBe(4);
});

it('forgets everything, also what is on its way', async () => {
  const { loads, cache, get } = startCache();
  cache.offer('a', 1, performance.now());
  void get('b');
  cache.clear();
  loads[0]?.resolve(2);
  await turn();
  expect([get('a'), get('b')].map((one) => one instanceof Promise)).toEqual([true, true]);
});
