import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import type { Done, SeenMessage } from '../../suites/load/done.ts';
import { createRandom } from '../../../templates/base/files/tests/support/random.ts';
import { startBackend, type Wanted } from './backend.ts';
import { readChanged, toViewOf, wrongIn } from './changed.ts';
import { startChild } from './load.ts';
import { unexpectedBy } from './node.ts';
import { note } from './report.ts';
import { call, createGroup, register, type User } from './users.ts';

/** How changes were acknowledged so far. */
export interface ChangeTally {
  /** How many at each node. */
  readonly acked: Readonly<Record<string, number>>;
  /** The longest time in which none was. */
  readonly longestPauseMs: number;
}

const SETTLE_MS = 180_000;
const MEMBERS = 8;

export type Storm = Awaited<ReturnType<typeof startStorm>>;

/** A backend on whose nodes members of one conversation react to its messages and edit their own. */
export async function startStorm(wanted: Wanted = {}) {
  const { project, mongods, redis, nodes } = await startBackend(wanted);
  const urls = nodes.map(({ url }) => url);
  const { room, users } = await createRoom(urls[0] ?? '');
  const child = startChild(project, 'changes');
  const seed = inject('faultsSeed');
  const sessions = users.map(({ session }) => session);
  await child.call('open', { urls, room, sessions, seed });
  await child.call('start');
  const tally = () => child.call<ChangeTally>('tally');

  /** Changes are acknowledged again at every node, after what was done to the backend. */
  async function goesOn(): Promise<void> {
    const before = (await tally()).acked;
    const until = Date.now() + SETTLE_MS;
    const isBehind = async () =>
      Object.entries((await tally()).acked).some(([url, count]) => count < (before[url] ?? 0) + 20);
    while (await isBehind()) {
      if (Date.now() > until) throw new Error('no change is acknowledged any more');
      await sleep(100);
    }
  }

  /**
   * Ends it, and gives what is wrong: holds what is stored against what was acknowledged, and what each member sees at the other
   * node against what is stored. `isAsked` false waits until clients have compared by themselves.
   */
  async function end(series: { fault: string; rounds: number; note?: string }, isAsked = true) {
    const { done, wrong } = await child.call<{ done: Done[]; wrong: string[] }>('stop', {
      withinMs: SETTLE_MS,
    });
    const stored = await readChanged(mongods.connect());
    const views = Object.fromEntries(users.map(({ id }) => [id, toViewOf(stored, id)]));
    const look = async () => {
      if (isAsked) await child.call('check');
      return child.call<Record<string, SeenMessage[]>>('views');
    };
    await expect.poll(look, { timeout: SETTLE_MS, interval: 500 }).toEqual(views);
    const { acked, longestPauseMs } = await tally();
    const counts = Object.values(acked).join(' + ');
    const said = `${counts} changes acknowledged as ${stored.changes.length} revs; longest pause ${longestPauseMs} ms`;
    const more = series.note === undefined ? '' : `; ${series.note}`;
    note(inject('faultsReport'), { ...series, note: `${said}${more}` });
    return [...wrong, ...wrongIn(stored, done), ...nodes.flatMap(unexpectedBy)];
  }

  return {
    mongods,
    redis,
    nodes,
    urls,
    room,
    users,
    tally,
    goesOn,
    end,
    random: createRandom(seed),
  };
}

/** A conversation with a message of each of its members. */
async function createRoom(url: string): Promise<{ room: string; users: readonly User[] }> {
  const names = Array.from({ length: MEMBERS }, (_, index) => `member-${index}`);
  const users = await Promise.all(names.map((name) => register(url, name)));
  const room = await createGroup(url, users);
  const path = `/conversations/${room}/messages`;
  for (const user of users)
    await call(url, 'POST', path, { id: randomUUID(), content: `${user.name} begins` }, user);
  return { room, users };
}
