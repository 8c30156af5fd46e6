import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isFull } from '../support/faults/profile.ts';
import { expectWhole, startStage } from '../support/faults/stage.ts';

const MINUTE = 60_000;

it.each([5, -5])(
  'F19 a clock that is %i minutes wrong, then jumps back an hour: the order holds',
  async (minutes) => {
    const skewMs = minutes * MINUTE;
    const stage = await startStage({ nodes: [{ skewMs }, {}] });
    await sleep(isFull ? 20_000 : 3_000);
    await stage.nodes[0]?.look({ skewMs: skewMs - 60 * MINUTE });
    await stage.goesOn();
    await sleep(isFull ? 20_000 : 2_000);
    const fault = `F19 clock ${minutes} min wrong`;
    expectWhole(await stage.end({ fault, rounds: 1 }));
  },
);

it('F20 an event loop that stands still: for 2 s nobody is dropped, after 30 s all go on', async () => {
  const stage = await startStage({ perSecond: 25 });
  const [node] = stage.nodes;
  for (let round = 0; round < 3; round += 1) {
    await sleep(1_000);
    await node?.look({ spinMs: 2_000 });
    await stage.goesOn();
  }
  expect((await stage.tally()).disconnects).toBe(0);
  const longMs = isFull ? 30_000 : 12_000;
  await node?.look({ spinMs: longMs });
  await stage.goesOn();
  const { disconnects } = await stage.tally();
  const note = `${disconnects} disconnects after ${longMs} ms`;
  expectWhole(await stage.end({ fault: 'F20 event loop stands still', rounds: 4, note }));
});
