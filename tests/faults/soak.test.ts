import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { startChild } from '../support/faults/load.ts';
import type { BackendNode, Inside } from '../support/faults/node.ts';
import { isFull } from '../support/faults/profile.ts';
import { expectWhole, startStage } from '../support/faults/stage.ts';

const MIB = 2 ** 20;

/** Once it has come to rest: the least of some looks, each after a collection of garbage. */
async function atRest(node: BackendNode): Promise<Inside> {
  await sleep(15_000);
  const looks: Inside[] = [];
  for (let look = 0; look < 5; look += 1) {
    looks.push(await node.look());
    await sleep(500);
  }
  const least = (key: keyof Inside): number => Math.min(...looks.map((look) => look[key]));
  return {
    heapUsed: least('heapUsed'),
    rss: least('rss'),
    sockets: least('sockets'),
    loopP99Ms: least('loopP99Ms'),
  };
}

it('F21 I11 load and clients that come and go: memory comes back to what it was when warm', async () => {
  const stage = await startStage({ perSecond: 6 });
  const [node] = stage.nodes as [BackendNode];
  const crowd = startChild(inject('faultsProject'), 'crowd');
  await crowd.call('users', { variables: stage.variables, count: 300 });
  await crowd.call('open', { url: node.url });
  const load = async (forMs: number): Promise<Inside> => {
    await stage.resume();
    await crowd.call('churn', { url: node.url, forMs, share: 0.2 });
    await stage.pause();
    return atRest(node);
  };
  await load(isFull ? 60_000 : 15_000);
  const warm = await load(isFull ? 60_000 : 10_000);
  const later = await load(isFull ? 5 * 60_000 : 20_000);
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
  const note = `heap ${mib(warm.heapUsed)} → ${mib(later.heapUsed)} MiB, RSS ${mib(warm.rss)} → ${mib(later.rss)} MiB, sockets ${warm.sockets} → ${later.sockets}`;
  await crowd.call('close');
  expectWhole(await stage.end({ fault: 'F21 soak', rounds: 1, note }));
  expect(later.heapUsed).toBeLessThanOrEqual(warm.heapUsed * 1.1);
  expect(later.rss).toBeLessThanOrEqual(warm.rss * 1.1);
  expect(later.sockets).toBeLessThanOrEqual(warm.sockets + 5);
});
