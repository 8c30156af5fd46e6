import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { ask, done, refused, startApp, type TestApp, type TestUser } from '../support/app.ts';
import { linkNodes } from '../support/linked-nodes.ts';
import { createRandom } from '../support/random.ts';
import { slowReads } from '../support/slow-reads.ts';

/** How many connects meet a change, on one node and on two; `CONNECTS=200` for more. */
const seeds = Number(process.env['CONNECTS'] ?? 80);
const together = 20; // in one conversation, besides its owner
const readMs = 10; // that a read of a connect waits at most
const answerMs = 60; // that its answer does: what happens meanwhile is what it does not say
const wayMs = 10; // from node to node, at most
const changeMs = 60; // within which the change begins
const atOnce = 10; // trials

type Change = 'removal' | 'removal and return' | 'addition' | 'sign-out';
const changes = ['removal', 'addition', 'removal', 'removal and return', 'sign-out'] as const;

/** Somebody who connects while something of their rights changes. */
interface Trial {
  readonly change: Change;
  readonly user: TestUser;
  readonly owner: TestUser;
  readonly conversationId: string;
}

interface Nodes {
  readonly changedAt: TestApp;
  readonly connectedAt: TestApp;
}

const draft = ({ conversationId }: Trial) => ({ conversationId, id: randomUUID(), content: 'x' });

/** Waits as long as a seed says. */
const within = (random: () => number, ms: number) => (): Promise<void> => sleep(random() * ms);

/** Conversations with those who are removed or signed out, and whose who are added. */
async function stage({ changedAt }: Nodes): Promise<Trial[]> {
  const trials: Trial[] = [];
  while (trials.length < seeds) {
    const { conversationId, owner, others } = await changedAt.group(1 + together);
    for (const member of others) {
      const change = changes[trials.length % changes.length] as Change;
      const user = change === 'addition' ? await changedAt.register() : member;
      trials.push({ change, user, owner, conversationId });
    }
  }
  return trials.slice(0, seeds);
}

async function make({ change, user, owner, conversationId }: Trial): Promise<void> {
  const member = `/conversations/${conversationId}/members/${user.id}`;
  const answers = {
    removal: async () => [await owner.delete(member)],
    'removal and return': async () => [await owner.delete(member), await owner.put(member)],
    addition: async () => [await owner.put(member)],
    'sign-out': async () => [await user.post('/auth/logout')],
  };
  for (const { status } of await answers[change]())
    expect([change, status < 300]).toEqual([change, true]);
}

/** Connects; what is said of it at the end. */
async function connect({ connectedAt }: Nodes, trial: Trial, changed: Promise<void>) {
  const { conversationId, user } = trial;
  const socket = connectedAt.open(user.token);
  const ended = new Promise<string>((resolve) => {
    socket.once('ready', () => resolve('ready'));
    socket.once('disconnect', () => resolve('closed'));
    socket.once('connect_error', () => resolve('closed'));
  });
  const [connects] = await Promise.all([ended, changed]);
  const { adapter, sockets } = connectedAt.app.io.of('/');
  const theirs = [...sockets.values()].filter(({ data }) => data.caller.userId === user.id);
  const room = adapter.rooms.get(`conversation:${conversationId}`);
  const isIn = theirs.some(({ id }) => room?.has(id));
  if (trial.change === 'sign-out') return { open: theirs.length, isIn };
  const answer = await ask(socket, 'message:send', draft(trial));
  socket.disconnect();
  return { connects, isIn, sends: answer.ok ? 'done' : answer.error.code };
}

const member = { connects: 'ready', isIn: true, sends: 'done' };
const expected: Record<Change, object> = {
  removal: { connects: 'ready', isIn: false, sends: 'not-found' },
  'removal and return': member,
  addition: member,
  'sign-out': { open: 0, isIn: false },
};

/** Connects while something changes, each seed at another moment; what came out otherwise than it must. */
async function findFaults(nodes: Nodes, random: () => number): Promise<string[]> {
  const trials = await stage(nodes);
  const waits = [within(random, readMs), within(random, answerMs)] as const;
  for (const name of ['memberships', 'devices']) slowReads(nodes.connectedAt, name, ...waits);
  const faults: string[] = [];
  const waiting = trials.entries();
  const lane = async (): Promise<void> => {
    for (const [seed, trial] of waiting) {
      const changed = within(random, changeMs)().then(() => make(trial));
      const found = JSON.stringify(await connect(nodes, trial, changed));
      if (found !== JSON.stringify(expected[trial.change]))
        faults.push(`${seed} ${trial.change}: ${found}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return faults;
}

it('I8 C17 C24 what is taken or given at any moment of a connect holds after it', async () => {
  const app = await startApp();
  expect(await findFaults({ changedAt: app, connectedAt: app }, createRandom(1))).toEqual([]);
});

it('I8 C17 C24 what another node takes or gives at any moment of a connect holds after it', async () => {
  const random = createRandom(2);
  linkNodes(within(random, wayMs));
  const changedAt = await startApp();
  const connectedAt = await startApp(changedAt.variables);
  expect(await findFaults({ changedAt, connectedAt }, random)).toEqual([]);
});

it('C24 nothing is learnt from a read that a removal has overtaken', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [user] = others as [TestUser];
  let remove = async (): Promise<void> => {
    remove = async () => {};
    await make({ change: 'removal', user, owner, conversationId });
  };
  slowReads(
    app,
    'memberships',
    async () => {},
    () => remove(),
  );
  const socket = await user.connect();
  const send = { conversationId, id: randomUUID(), content: 'x' };
  expect((await refused(socket, 'message:send', send)).code).toBe('not-found');
});

it('what a connect has read is known at the first send', async () => {
  const app = await startApp();
  const { conversationId, others } = await app.group(2);
  const [user] = others as [TestUser];
  const socket = await user.connect();
  const find = vi.spyOn(app.app.connection.collection('memberships'), 'find');
  await done(socket, 'message:send', { conversationId, id: randomUUID(), content: 'x' });
  expect(find).not.toHaveBeenCalled();
});
