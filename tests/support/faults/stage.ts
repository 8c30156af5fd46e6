import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import type { Part } from '../../suites/load/part.ts';
import { createRandom } from '../../../templates/base/files/tests/support/random.ts';
import { scratch } from '../scratch.ts';
import { startBackend, type Wanted } from './backend.ts';
import { scan } from './driver.ts';
import { readAcked, readSent, readViews } from './ledgers.ts';
import { startChild, type LoadChild } from './load.ts';
import type { Mongods } from './mongods.ts';
import { unexpectedBy, type BackendNode } from './node.ts';
import { profile } from './profile.ts';
import { report } from './report.ts';
import { createGroup, register } from './users.ts';
import { countDiverged, judge, longestPause, type Verdict } from './verdict.ts';

/** A backend under load, all of it real and this test's own. */
export interface Stage {
  readonly variables: Readonly<Record<string, string>>;
  readonly mongods: Mongods;
  readonly nodes: readonly BackendNode[];
  readonly loads: readonly LoadChild[];
  readonly random: () => number;
  acknowledged(): number;
  /** When the first message was acknowledged after a moment. */
  firstAfter(moment: number): number;
  /** Under load, for as long as chance says. */
  between(): Promise<void>;
  /** Messages are acknowledged again, after what was done to the backend. */
  goesOn(): Promise<void>;
  /** Sends nothing new, until it is resumed. */
  pause(): Promise<unknown>;
  resume(): Promise<unknown>;
  /** What became of the tries of all writers so far. */
  tally(): Promise<Tally>;
  /** Ends the load and holds what is stored against the ledgers. */
  judge(): Promise<Verdict>;
  /** Does that, holds what members see against it too, and reports everything. */
  end(series: {
    readonly fault: string;
    readonly rounds: number;
    readonly note?: string;
  }): Promise<Verdict & { readonly diverged: number }>;
}

/** How tries of sends ended. */
export interface Tally {
  /** How often each: `ok`, the code of a problem, or `lost` when the connection ended before. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The longest time until an answer. */
  readonly longestMs: number;
  /** How often connections ended. */
  readonly disconnects: number;
}

const SETTLE_MS = 120_000;

/** Starts a backend and its load; each room has two kinds of writers, and readers at every node. */
export async function startStage(wanted: Wanted = {}): Promise<Stage> {
  const { project, mongods, nodes, variables } = await startBackend(wanted);
  const folder = scratch();
  const random = createRandom(inject('faultsSeed'));
  const parts = await createParts(nodes, wanted);
  const loads = [startChild(project), startChild(project)];
  const all = <Answer = void>(name: string, input: object = {}): Promise<Answer[]> =>
    Promise.all(loads.map((load) => load.call<Answer>(name, input)));
  await Promise.all(
    loads.map((load, index) =>
      load.call('open', {
        folder,
        parts: parts.filter((_, part) => part % loads.length === index),
      }),
    ),
  );
  await all('start');

  async function judgeStored() {
    const unanswered = await all<number>('stop', { withinMs: SETTLE_MS });
    const stored = await scan(mongods.connect());
    expect(unanswered).toEqual(loads.map(() => 0));
    return { stored, verdict: judge(readSent(folder), readAcked(folder), stored) };
  }

  async function end({ fault, rounds, note = '' }: Parameters<Stage['end']>[0]) {
    const { stored, verdict } = await judgeStored();
    await all('views', { withinMs: SETTLE_MS });
    const whole = { ...verdict, diverged: countDiverged(stored, readViews(folder)) };
    const longestPauseMs = longestPause(readAcked(folder));
    report(inject('faultsReport'), { fault, rounds, ...whole, longestPauseMs, note });
    expect(nodes.flatMap(unexpectedBy)).toEqual([]);
    return whole;
  }

  const acknowledged = (): number => readAcked(folder).length;
  return {
    variables,
    mongods,
    nodes,
    loads,
    random,
    acknowledged,
    firstAfter: (moment) =>
      readAcked(folder).reduce(
        (first, { at }) => (at >= moment ? Math.min(first, at) : first),
        Infinity,
      ),
    between: () => sleep(profile.shortestMs + random() * (profile.longestMs - profile.shortestMs)),
    async goesOn() {
      const before = acknowledged();
      const until = Date.now() + SETTLE_MS;
      while (acknowledged() < before + 50) {
        if (Date.now() > until) throw new Error('nothing is acknowledged any more');
        await sleep(200);
      }
    },
    pause: () => all('pause'),
    resume: () => all('start'),
    async tally() {
      const tallies = await all<Tally>('tally');
      const outcomes: Record<string, number> = {};
      for (const one of tallies)
        for (const [name, count] of Object.entries(one.outcomes))
          outcomes[name] = (outcomes[name] ?? 0) + count;
      return {
        outcomes,
        longestMs: Math.max(...tallies.map(({ longestMs }) => longestMs)),
        disconnects: tallies.reduce((sum, { disconnects }) => sum + disconnects, 0),
      };
    },
    judge: async () => (await judgeStored()).verdict,
    end,
  };
}

async function createParts(nodes: readonly BackendNode[], wanted: Wanted): Promise<Part[]> {
  const { rooms = 4, perSecond = 0 } = wanted;
  const parts: Part[] = [];
  const urls = nodes.map(({ url }) => url);
  const [first = ''] = urls;
  for (let room = 0; room < rooms; room += 1) {
    const kinds = ['chat', 'plain', ...urls.map(() => 'reader' as const)] as const;
    const users = await Promise.all(
      kinds.map((kind, index) => register(first, `${kind}-${room}-${index}`)),
    );
    const id = await createGroup(first, users);
    kinds.forEach((how, index) => {
      const { name, session } = users[index] as (typeof users)[number];
      const url = urls[(room + index) % urls.length] as string;
      parts.push({ name, url, room: id, session, how, perSecond });
    });
  }
  return parts;
}

/** Rounds of one fault under load, and on until enough is acknowledged. */
export async function runSeries(
  stage: Stage,
  rounds: number,
  fault: (round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await stage.between();
    await fault(round);
    await stage.goesOn();
  }
  while (stage.acknowledged() < profile.acknowledged) await sleep(1_000);
}

/** Nothing was lost, stored twice, out of order, missing or shown differently. */
export function expectWhole(
  { acknowledged, ...faults }: Verdict & { readonly diverged: number },
  least = 100,
) {
  expect(acknowledged).toBeGreaterThanOrEqual(least);
  expect(faults).toEqual({
    lost: 0,
    doubled: 0,
    outOfOrder: 0,
    holes: 0,
    unknown: 0,
    diverged: 0,
  });
}
