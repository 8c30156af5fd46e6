import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isFull } from '../support/faults/profile.ts';
import { expectWhole, startStage, type Stage } from '../support/faults/stage.ts';

const MIB = 1024 * 1024;
const ANSWER_MS = 6_000;
const cutMs = isFull ? 30_000 : 8_000;
/** 200 messages a second by eight writers. */
const perSecond = 25;

/** What the node's heap grew by at most while a fault lasted, looked at every second. */
async function growthDuring({ nodes }: Stage, fault: Promise<unknown>): Promise<number> {
  const [node] = nodes;
  const before = (await node?.look())?.heapUsed ?? 0;
  let most = before;
  const over = new AbortController();
  void fault.finally(() => over.abort());
  while (!over.signal.aborted) {
    await sleep(1_000);
    most = Math.max(most, (await node?.look())?.heapUsed ?? 0);
  }
  await fault;
  return (most - before) / MIB;
}

async function noteOf(stage: Stage, growth: number): Promise<string> {
  const { longestMs, outcomes } = await stage.tally();
  const counts = Object.entries(outcomes).map(([name, count]) => `${name} ${count}`);
  return `answers in ${Math.round(longestMs)} ms at most; heap +${growth.toFixed(1)} MiB; ${counts.join(', ')}`;
}

it('F04 the way to mongod is cut: every send is answered, memory stays bounded, all goes on', async () => {
  const stage = await startStage({ behindProxies: true, perSecond });
  const [proxy] = stage.mongods.proxies;
  let growth = 0;
  for (const weather of ['black hole', 'half open'] as const) {
    await sleep(2_000);
    proxy?.weather(weather);
    growth = Math.max(growth, await growthDuring(stage, sleep(cutMs)));
    proxy?.weather('clear');
    await stage.goesOn();
  }
  for (let round = 0; round < 5; round += 1) {
    proxy?.reset();
    await stage.goesOn();
  }
  const note = await noteOf(stage, growth);
  expectWhole(await stage.end({ fault: 'F04 way to mongod cut', rounds: 7, note }));
  expect((await stage.tally()).longestMs).toBeLessThanOrEqual(ANSWER_MS);
  expect(growth).toBeLessThan(50);
});

it('F05 a database that is slow, stops and starts, or is locked: refusals, no collapse', async () => {
  const stage = await startStage({ behindProxies: true, perSecond });
  const { mongods, nodes, random } = stage;
  const pulses = isFull ? 10 : 3;
  const growth = await growthDuring(stage, slow());

  async function slow(): Promise<void> {
    for (let pulse = 0; pulse < pulses; pulse += 1) {
      await mongods.signal(0, 'SIGSTOP');
      await sleep(500 + random() * 2_500);
      await mongods.signal(0, 'SIGCONT');
      await stage.goesOn();
    }
    mongods.proxies[0]?.weather({ delayMs: 200 });
    await sleep(cutMs / 2);
    mongods.proxies[0]?.weather('clear');
    const admin = mongods.connect(0).db('admin');
    await admin.command({ fsync: 1, lock: true });
    await sleep(isFull ? 10_000 : 3_000);
    await admin.command({ fsyncUnlock: 1 });
    await stage.goesOn();
  }

  const note = await noteOf(stage, growth);
  expectWhole(await stage.end({ fault: 'F05 slow database', rounds: pulses + 2, note }));
  expect(nodes[0]?.isRunning).toBe(true);
  expect((await stage.tally()).longestMs).toBeLessThanOrEqual(ANSWER_MS);
  expect(growth).toBeLessThan(50);
});
