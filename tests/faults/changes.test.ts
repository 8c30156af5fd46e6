import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isFull, profile } from '../support/faults/profile.ts';
import { startStorm } from '../support/faults/storm.ts';
import { call, register } from '../support/faults/users.ts';

/** How long changes may pause for an election. */
const ELECTION_MS = 15_000;
/** How long somebody may wait who ends a membership amid the changes. */
const KICK_MS = 2_000;

it('F30 nodes killed in a storm of reactions: what was acknowledged is there, sums equal rows, revs are dense', async () => {
  const storm = await startStorm({ nodes: [{}, {}] });
  for (let round = 0; round < profile.rounds; round += 1) {
    await sleep(500 + storm.random() * 1_000);
    const node = storm.nodes[round % 2];
    await node?.signal('SIGKILL');
    await sleep(storm.random() * 500);
    await node?.start();
    await storm.goesOn();
  }
  expect(
    await storm.end({ fault: 'F30 node killed in a storm of reactions', rounds: profile.rounds }),
  ).toEqual([]);
});

it('F31 the primary steps down in a storm of reactions: the same, and it goes on within 15 s', async () => {
  const storm = await startStorm({ nodes: [{}, {}], members: 3 });
  const { mongods } = storm;
  const rounds = isFull ? 10 : 2;
  for (let round = 0; round < rounds; round += 1) {
    await storm.goesOn();
    const client = mongods.connect(await mongods.primary());
    const how = round % 2 === 0 ? { force: true } : { secondaryCatchUpPeriodSecs: 5 };
    await client.db('admin').command({ replSetStepDown: 10, ...how });
    await client.close();
    await storm.goesOn();
  }
  expect(
    await storm.end({ fault: 'F31 primary steps down in a storm of reactions', rounds }),
  ).toEqual([]);
  expect((await storm.tally()).longestPauseMs).toBeLessThanOrEqual(ELECTION_MS);
});

it('F32 two nodes change one conversation: neither starves, and a removal amid it does not wait long', async () => {
  const storm = await startStorm({ nodes: [{}, {}] });
  const { room, urls, users } = storm;
  const [owner] = users;
  const [one = '', two = ''] = urls;
  const guest = await register(one, 'guest');
  const seconds = isFull ? 60 : 10;
  const rounds = 10;
  let longestMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    await sleep((seconds * 1_000) / rounds);
    const path = `/conversations/${room}/members/${guest.id}`;
    await call(one, 'PUT', path, undefined, owner);
    const startedAt = performance.now();
    await call(round % 2 === 0 ? two : one, 'DELETE', path, undefined, owner);
    longestMs = Math.max(longestMs, performance.now() - startedAt);
  }
  const counts = Object.values((await storm.tally()).acked);
  const note = `removals in ${Math.round(longestMs)} ms at most`;
  expect(
    await storm.end({ fault: 'F32 two nodes change one conversation', rounds: seconds, note }),
  ).toEqual([]);
  const sum = counts.reduce((all, count) => all + count, 0);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(0.2 * sum);
  expect(longestMs).toBeLessThanOrEqual(KICK_MS);
});

it('F38 the adapter is away: members of other nodes get changes, and own reactions, by comparing once a minute', async () => {
  const storm = await startStorm({ nodes: [{}, {}] });
  await storm.goesOn();
  await storm.redis.kill();
  await storm.goesOn();
  const isAsked = false;
  expect(
    await storm.end({ fault: 'F38 changes while the adapter is away', rounds: 1 }, isAsked),
  ).toEqual([]);
});
