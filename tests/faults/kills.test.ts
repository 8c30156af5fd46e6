import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isReady } from '../support/faults/node.ts';
import { profile } from '../support/faults/profile.ts';
import { expectWhole, runSeries, startStage } from '../support/faults/stage.ts';

it('F01 mongod killed in the middle of writes: nothing acknowledged is lost, and no node restarts', async () => {
  const stage = await startStage();
  const [node] = stage.nodes;
  await runSeries(stage, profile.rounds, async () => {
    await stage.mongods.signal(0, 'SIGKILL');
    await sleep(stage.random() * 2_000);
    expect((await fetch(`${node?.url}/livez`)).status).toBe(200);
    expect(await isReady(node?.url ?? '')).toBe(false);
    stage.mongods.start(0);
  });
  expect(node?.isRunning).toBe(true);
  expectWhole(await stage.end('F01 mongod killed', profile.rounds));
});

it('F09 S16 nodes killed in the middle of writes: every acknowledged message is there once, for everybody', async () => {
  const stage = await startStage({ nodes: [{}, {}] });
  await runSeries(stage, profile.rounds, async () => {
    const node = stage.nodes[Math.floor(stage.random() * stage.nodes.length)];
    await node?.signal('SIGKILL');
    await sleep(stage.random() * 2_000);
    await node?.start();
  });
  expectWhole(await stage.end('F09 node killed', profile.rounds));
});
