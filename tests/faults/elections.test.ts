import { it } from 'vitest';
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
  expectWhole(await stage.end('F02 primary steps down or is killed', profile.rounds + kills));
});
