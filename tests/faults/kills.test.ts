import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { mutantOf } from '../support/faults/mutant.ts';
import { isReady } from '../support/faults/node.ts';
import { profile } from '../support/faults/profile.ts';
import { expectWhole, runSeries, startStage } from '../support/faults/stage.ts';

it('F01 mongod killed in the middle of writes: nothing acknowledged is lost, and no node restarts', async () => {
  const stage = await startStage();
  const [node] = stage.nodes;
  let resumedMs = 0;
  await runSeries(stage, profile.rounds, async () => {
    await stage.mongods.signal(0, 'SIGKILL');
    await sleep(stage.random() * 2_000);
    expect((await fetch(`${node?.url}/livez`)).status).toBe(200);
    expect(await isReady(node?.url ?? '')).toBe(false);
    stage.mongods.start(0);
    await stage.mongods.primary();
    const writableAt = Date.now();
    await stage.goesOn();
    resumedMs = Math.max(resumedMs, stage.firstAfter(writableAt) - writableAt);
  });
  expect(node?.isRunning).toBe(true);
  const note = `acknowledged again ${resumedMs} ms at most after mongod takes writes`;
  const verdict = await stage.end({ fault: 'F01 mongod killed', rounds: profile.rounds, note });
  expectWhole(verdict, profile.acknowledged);
});

it('F09 S16 nodes killed in the middle of writes: every acknowledged message is there once, for everybody', async () => {
  const stage = await startStage({ nodes: [{}, {}] });
  await runSeries(stage, profile.rounds, async () => {
    const node = stage.nodes[Math.floor(stage.random() * stage.nodes.length)];
    await node?.signal('SIGKILL');
    await sleep(stage.random() * 2_000);
    await node?.start();
  });
  const verdict = await stage.end({ fault: 'F09 node killed', rounds: profile.rounds });
  expectWhole(verdict, profile.acknowledged);
});

it('F01 the series finds a backend that acknowledges before the commit', async () => {
  const project = mutantOf(inject('faultsProject'), {
    file: 'src/backend/messages/message-store.js',
    from: 'await rows.insertMany(stored, { ordered: true, writeConcern });',
    to: 'void rows.insertMany(stored, { ordered: true }).catch(() => {});',
  });
  const stage = await startStage({ nodes: [{ project }] });
  for (let round = 0; round < 3; round += 1) {
    await stage.between();
    await stage.mongods.signal(0, 'SIGKILL');
    stage.mongods.start(0);
    await stage.mongods.primary();
  }
  expect((await stage.judge()).lost).toBeGreaterThan(0);
});
