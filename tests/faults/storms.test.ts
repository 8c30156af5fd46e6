import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { startCrowd } from '../support/faults/crowd.ts';
import { isFull } from '../support/faults/profile.ts';
import { note } from '../support/faults/report.ts';
import { call } from '../support/faults/users.ts';

const WAIT_MS = 120_000;
/** `pingIntervalMs` and `pingTimeoutMs` of a project, and what a look may come too late. */
const PINGS_MS = 35_000 + 5_000;
/** Clients come back over the dead way: `headersTimeoutMs` until the request that never comes ends. */
const RETURNS_MS = 10_000;

it('F15 I10 clients whose cable was pulled: their sockets end, and they are offline', async () => {
  const size = isFull ? 500 : 50;
  const { node, proxy, child, ids, quiet } = await startCrowd(size);
  const some = ids.slice(1, 51);
  const online = () => child.call<number>('online', { url: node.url, userIds: some });
  expect(await online()).toBe(some.length);
  expect((await node.look()).sockets).toBeGreaterThanOrEqual(quiet + size);
  const startedAt = performance.now();
  proxy.weather('black hole');
  const since = async (isSo: () => Promise<boolean>): Promise<number> => {
    await expect.poll(isSo, { timeout: WAIT_MS, interval: 500 }).toBe(true);
    return Math.round(performance.now() - startedAt);
  };
  const [gone, offline] = await Promise.all([
    // What asks meanwhile has a connection of its own.
    since(async () => (await node.look()).sockets <= quiet + 10),
    since(async () => (await online()) === 0),
  ]);
  expect(gone).toBeLessThanOrEqual(PINGS_MS + RETURNS_MS);
  note(inject('faultsReport'), {
    fault: 'F15 half-open clients',
    rounds: size,
    note: `sockets gone after ${gone} ms, offline after ${offline} ms`,
  });
});

it('F22 a storm of clients that come back at once', async () => {
  const size = isFull ? 2_000 : 200;
  const { node, proxy, child, room, owner } = await startCrowd(size);
  for (let round = 0; round < (isFull ? 3 : 2); round += 1) {
    await node.look();
    await child.call('mark');
    proxy.reset();
    const { count, lastMs } = await child.call<{ count: number; lastMs: number }>('returned', {
      withinMs: WAIT_MS,
    });
    expect(count).toBe(size);
    const { loopP99Ms, rss } = await node.look();
    note(inject('faultsReport'), {
      fault: 'F22 reconnect storm',
      rounds: size,
      note: `the last one after ${Math.round(lastMs)} ms; loop p99 ${Math.round(loopP99Ms)} ms; ${Math.round(rss / 2 ** 20)} MiB`,
    });
  }
  // They are served as before.
  await send(node.url, owner, room, 1);
  await expect
    .poll(() => child.call<number>('complete', { room, seq: 1 }), { timeout: WAIT_MS })
    .toBe(size);
});

it('F23 a storm of clients that all have 400 messages to fetch', async () => {
  const [size, behind] = isFull ? [1_000, 400] : [100, 400];
  const { node, child, room, owner } = await startCrowd(size);
  await child.call('away');
  for (let number = 1; number <= behind; number += 1) await send(node.url, owner, room, number);
  await node.look();
  const startedAt = performance.now();
  await child.call('back');
  const times: number[] = [];
  let seq = behind;
  const isComplete = async (): Promise<boolean> => {
    const sentAt = performance.now();
    await send(node.url, owner, room, (seq += 1));
    times.push(performance.now() - sentAt);
    return (await child.call<number>('complete', { room, seq: behind })) === size;
  };
  await expect.poll(isComplete, { timeout: WAIT_MS, interval: 500 }).toBe(true);
  const { loopP99Ms } = await node.look();
  note(inject('faultsReport'), {
    fault: 'F23 resume storm',
    rounds: size,
    note: `all have everything after ${Math.round(performance.now() - startedAt)} ms; sends meanwhile ${Math.round(Math.max(...times))} ms at most; loop p99 ${Math.round(loopP99Ms)} ms`,
  });
});

async function send(url: string, owner: Parameters<typeof call>[4], room: string, number: number) {
  const draft = { id: randomUUID(), content: `owner ${number}` };
  await call(url, 'POST', `/conversations/${room}/messages`, draft, owner);
}
