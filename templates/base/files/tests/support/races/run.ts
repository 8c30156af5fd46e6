import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import type { TestApp, TestSocket } from '../app.ts';
import { askFor, nameOf, routeOf, type Outcome } from '../uses.ts';
import { readEnds, type End } from './changes.ts';
import { stageTrials, type Plan, type Trial } from './stage.ts';
import { watchWrites, type Written } from './written.ts';

const starts = 10; // of the use in one trial
const withinMs = 40; // the starts of the use
const atOnce = 8; // trials

const ends = await readEnds();
const endOf = ({ change }: Trial): End => ends[change] as End;

/** Where a race takes place: the right ends at one node, and is made use of at one. */
export interface Nodes {
  readonly endedAt: TestApp;
  readonly askedAt: TestApp;
}

/**
 * Races each use against the end of the right to it, and says in a line what was done too late: what
 * the database committed after that end, and what was granted when its acknowledgement was there.
 */
export async function race(
  nodes: Nodes,
  plans: readonly Plan[],
  random: () => number,
): Promise<string[]> {
  for (const { app } of new Set(Object.values(nodes))) holdJobs(app);
  const trials = await stageTrials(nodes.endedAt, plans);
  const writes = await watchWrites(nodes.endedAt);
  const waiting = trials.entries();
  const findings: string[] = [];
  const lane = async (): Promise<void> => {
    for (const [, trial] of waiting) findings.push(...(await runTrial(nodes, trial, random)));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return [...findings, ...lateWrites(trials, await writes.all())];
}

/** What jobs write follows from the change, and is not the asker's. */
function holdJobs({ connection }: TestApp['app']): void {
  vi.spyOn(connection.model('Job').collection, 'findOneAndUpdate').mockResolvedValue(null);
}

async function runTrial(nodes: Nodes, trial: Trial, random: () => number): Promise<string[]> {
  const findings: string[] = [];
  const note = (what: string): void => void findings.push(`${titleOf(trial)}: ${what}`);
  const isCommand = routeOf(trial.use) === undefined;
  const socket = isCommand ? await nodes.askedAt.connect(trial.asker.token) : undefined;
  let isEnded = false;
  let isGranted = false;

  async function use(): Promise<void> {
    const isLate = isEnded;
    const { status } = await ask(nodes.askedAt, trial, socket);
    if (status === 500) note('failed with 500');
    const isDone = status < 300 && !(trial.race.finds && status === 200);
    if (isDone && isLate) note(`granted after the end: ${status}`);
    isGranted ||= isDone;
  }

  async function end(): Promise<number> {
    const { status } = await endOf(trial).start(nodes.endedAt, trial);
    if (status === 503) return end(); // it says so to be asked again
    isEnded = status < 300;
    return status;
  }

  // The end begins among the first starts: it takes longer than most of them.
  const ending = sleep((random() * withinMs) / 2).then(end);
  const uses = Array.from({ length: starts }, () => sleep(random() * withinMs).then(use));
  const [status] = await Promise.all([ending, Promise.all(uses)]);
  if (isEnded) await use();
  // What is raced may have ended that itself: an archived conversation has no members.
  else if (status === 500 || !isGranted) note(`the end got ${status}`);
  socket?.disconnect();
  return findings;
}

/** Asks for the use; a socket that is closed, as that of somebody erased, answers no more. */
async function ask(
  app: TestApp,
  { asker, place, race: row, use }: Trial,
  socket: TestSocket | undefined,
): Promise<Pick<Outcome, 'status'>> {
  const input = row.input?.(place, asker.id) ?? use.input(place);
  if (socket === undefined) return askFor(app, use, input, { token: asker.token });
  if (!socket.connected) return { status: 401 };
  const closed = new Promise<{ status: number }>((resolve) => {
    socket.once('disconnect', () => resolve({ status: 401 }));
  });
  const answer = askFor(app, use, input, { socket });
  answer.catch(() => {}); // when the socket is closed first
  return Promise.race([answer, closed]);
}

/** What was committed behind the end of the right to it. */
function lateWrites(trials: readonly Trial[], writes: readonly Written[]): string[] {
  const trialOf = new Map<string, Trial>();
  for (const trial of trials) for (const id of trial.rows) trialOf.set(id, trial);
  const endedAt = new Map<Trial, bigint>();
  const findings: string[] = [];
  for (const write of writes) {
    const { conversation, user, createdBy } = write.row;
    const ids = [write.id, conversation, user, createdBy].map(String);
    const trial = ids.map((id) => trialOf.get(id)).find((known) => known !== undefined);
    if (trial === undefined || trial.race.isCached) continue;
    trialOf.set(write.id, trial); // what follows may change it
    const end = endedAt.get(trial);
    if (end === undefined) {
      if (endOf(trial).isIn(write, trial)) endedAt.set(trial, write.place);
    } else if (write.place > end && !isOfPresence(write)) {
      const fields = Object.keys(write.fields).join(', ');
      findings.push(`${titleOf(trial)}: ${write.operation} in ${write.collection} ${fields}`);
    }
  }
  return findings;
}

const isOfPresence = ({ fields }: Written): boolean =>
  Object.keys(fields).join(' ') === 'lastSeenAt';

const titleOf = ({ race: row, change }: Pick<Trial, 'race' | 'change'>): string =>
  `${nameOf(row)} by ${row.by} around ${change}`;
