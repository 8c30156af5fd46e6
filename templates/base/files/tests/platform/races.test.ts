import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import { linkNodes } from '../support/linked-nodes.ts';
import { readEnds } from '../support/races/changes.ts';
import { createRandom } from '../support/random.ts';
import { race } from '../support/races/run.ts';
import type { Plan } from '../support/races/stage.ts';
import { readRaces, type Change, type Race } from '../support/races/table.ts';

/** How many races there are of each use, with ten starts each. */
const trials = 4 * Number(process.env['RACES'] ?? 1);
const [rows, ends] = [await readRaces(), await readEnds()];
// Without a feature that ends a right nothing is raced around it.
const races = rows
  .filter((row): row is Race => 'around' in row)
  .map((row) => ({ ...row, around: row.around.filter((change) => change in ends) }))
  .filter(({ around }) => around.length > 0);

/** The races of each use, in turn around everything that ends the right to it. */
const plans = (some: readonly Race[]): Plan[] =>
  some.flatMap((row) =>
    Array.from({ length: Math.max(trials, row.around.length) }, (_, index) => {
      return { race: row, change: row.around[index % row.around.length] as Change };
    }),
  );

/** The same lines once, with their number. */
function counted(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => `${count} × ${line}`).toSorted();
}

it('C23 S108 nothing takes effect behind the end of the right to it', async () => {
  const app = await startApp();
  const nodes = { endedAt: app, askedAt: app };
  expect(counted(await race(nodes, plans(races), createRandom(1)))).toEqual([]);
}, 300_000);

it('C23 S108 nothing takes effect behind the end of the right to it at another node', async () => {
  const endedAt = await startApp();
  const askedAt = await startApp(endedAt.variables);
  // Without an adapter the other node hears nothing of the end of what it knows.
  const decided = races.filter((row) => !row.isCached);
  expect(counted(await race({ endedAt, askedAt }, plans(decided), createRandom(2)))).toEqual([]);
}, 300_000);

it('C23 S108 another node grants nothing by what it knew once the end of the right is acknowledged', async () => {
  const random = createRandom(3);
  linkNodes(() => sleep(random() * 5));
  const endedAt = await startApp();
  const askedAt = await startApp(endedAt.variables);
  const known = races.filter((row) => row.isCached);
  expect(counted(await race({ endedAt, askedAt }, plans(known), random))).toEqual([]);
}, 300_000);
