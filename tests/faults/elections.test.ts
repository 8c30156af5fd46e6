import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isFull, profile } from '../support/faults/profile.ts';
import { expectWhole, runSeries, startStage } from '../support/faults/stage.ts';

const kills = isFull ? 5 : 1;

it('F02 S17 step-downs and kills of the primary of three: nothing acknowledged is lost, sends go on', async () => {
  const stage = await startStage({ members: 3 });
  const { mongods } = stage;
  await runSeries(stage, profile.rounds + kills, async (round) => {
    const primary = await mongods.primary();
    if (round < profile.rounds) {
      const client = mongods.connect(primary);
      // Half of them hand over to a member that has everything, half leave it to an election.
      const how = round % 2 === 0 ? { force: true } : { secondaryCatchUpPeriodSecs: 5 };
      await client.db('admin').command({ replSetStepDown: 10, ...how });
      await client.close();
    } else {
      await mongods.signal(primary, 'SIGKILL');
      await mongods.primary();
      mongods.start(primary);
    }
  });
  const verdict = await stage.end({
    fault: 'F02 primary steps down or is killed',
    rounds: profile.rounds + kills,
  });
  expectWhole(verdict, profile.acknowledged);
});

/** A driver says its name at first; what members say to each other has none of it. */
const betweenMembers = (first: Buffer): boolean => !first.includes('nodejs');

it('F03 a primary cut off from its set: what it alone has is rolled back, and was not acknowledged', async () => {
  const stage = await startStage({ members: 3, behindProxies: true });
  const { mongods } = stage;
  const rounds = isFull ? 5 : 1;
  for (let round = 0; round < rounds; round += 1) {
    await stage.between();
    const cutOff = await mongods.primary();
    // The others can fetch nothing from it any more; the nodes still write to it.
    mongods.proxies[cutOff]?.weather('black hole', betweenMembers);
    while ((await mongods.primary()) === cutOff) await sleep(200);
    await sleep(isFull ? 10_000 : 1_000);
    mongods.proxies[cutOff]?.weather('clear');
    await stage.goesOn();
    const rolledBack = join(mongods.folder(cutOff), 'rollback');
    await expect
      .poll(() => existsSync(rolledBack) && readdirSync(rolledBack).length > 0, { timeout: 60_000 })
      .toBe(true);
  }
  expectWhole(await stage.end({ fault: 'F03 primary cut off', rounds }));
});
