import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { systemClock } from '../../src/platform/lib/time.ts';
import { Events } from '../../src/platform/lib/events.ts';
import { toObjectId } from '../../src/platform/database/ids.ts';
import { Connections } from '../../src/platform/sockets/connection.ts';
import type {
  Cluster,
  ConnectReads,
  OwnMembership,
} from '../../src/platform/sockets/socket-api.ts';
import { Revalidation } from '../../src/platform/sockets/revalidation.ts';
import {
  done,
  next,
  refused,
  sharedVariables,
  startApp,
  until,
  type TestApp,
  type TestUser,
} from '../support/app.ts';
import { cutNodes } from '../support/linked-nodes.ts';
import { createTestTimers, holdRateLimits } from '../support/timers.ts';
import { watchRights } from '../support/watched-rights.ts';

/** Two nodes on one database, of which the second hears nothing of what the first one does. */
async function startNodes() {
  const variables = sharedVariables();
  const timers = createTestTimers();
  return {
    first: await startApp(variables),
    second: await startApp(variables, { timers }),
    timers,
  };
}

/**
 * The reads of a node, each answer with what happens on its way back: it is old when it arrives.
 */
function createReads({ app }: TestApp, onTheWay: (look: number | 'heads') => Promise<void>) {
  const memberships = app.connection.collection('memberships');
  let looks = 0;
  const reads: ConnectReads = {
    activeDevices: async (deviceIds) => new Set(deviceIds),
    async headsOf() {
      await onTheWay('heads');
      return new Map();
    },
    membershipsAtConnect: (userIds) => reads.membershipsOf(userIds),
    async membershipsOf(userIds) {
      const answer = new Map<string, OwnMembership[]>();
      for (const userId of userIds) {
        const rows = await memberships.find({ user: toObjectId(userId), leftAt: null }).toArray();
        const own = rows.map((row) => ({
          conversationId: String(row['conversation']),
          lastReadSeq: 0,
        }));
        answer.set(userId, own);
      }
      looks += 1;
      await onTheWay(looks);
      return answer;
    },
  };
  return { reads, looks: () => looks };
}

const log = pino({ level: 'silent' });
const alone = { hasPeers: false } as Cluster;
const roomOf = (conversationId: string) => `conversation:${conversationId}`;
const membersIn = ({ app }: TestApp, conversationId: string): number =>
  app.io.of('/').adapter.rooms.get(roomOf(conversationId))?.size ?? 0;

it('C17 a revocation that a node did not hear of closes the socket at the next look', async () => {
  const { first, second, timers } = await startNodes();
  const user = await first.register();
  const other = await first.register();
  const [socket, kept] = [await second.connect(user.token), await second.connect(other.token)];
  const revoked = next(socket, 'device:revoked');
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  await user.delete(`/devices/${user.session.deviceId}`);
  timers.pass(60_000);
  await Promise.all([revoked, closed]);
  await done(kept, 'conversation:heads', {});
});

it('C24 a removal that a node did not hear of empties the room at the next look', async () => {
  const { first, second, timers } = await startNodes();
  const { conversationId, owner, others } = await first.group(3);
  const [mine, theirs] = [
    await second.connect(owner.token),
    await second.connect(others[0]!.token),
  ];
  const heard: string[] = [];
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  expect(membersIn(second, conversationId)).toBe(2);
  timers.pass(60_000);
  await until(() => membersIn(second, conversationId) === 1);
  theirs.onAny((name: string) => heard.push(name));
  await done(mine, 'message:send', { conversationId, id: randomUUID(), content: 'hello' });
  await done(theirs, 'conversation:heads', {});
  expect(heard).toEqual([]);
});

it.each([
  ['5 s among others', limits.socket.revalidateMs, cutNodes],
  ['60 s alone', limits.socket.revalidateAloneMs, () => {}],
])('C24 a right whose end a node did not hear of is known for %s at most', async (_, ms, cut) => {
  cut();
  const { first, second } = await startNodes();
  const { conversationId, owner, others } = await first.group(2);
  const [member] = others as [TestUser];
  const pass = holdRateLimits(); // rights age by the same clock
  const socket = await second.connect(member.token);
  const draft = () => ({ conversationId, id: randomUUID(), content: 'hello' });
  await done(socket, 'message:send', draft());
  await owner.delete(`/conversations/${conversationId}/members/${member.id}`);
  pass(ms / 2 - 1); // behind the half a right would be read again
  await done(socket, 'message:send', draft());
  pass(ms / 2 + 2); // sums of this clock are not exact
  expect((await refused(socket, 'message:send', draft())).code).toBe('not-found');
});

it('what is known of rights is read again after a change of the topology', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  holdRateLimits(); // what is known does not age
  const socket = await owner.connect();
  const draft = () => ({ conversationId, id: randomUUID(), content: 'hello' });
  await done(socket, 'message:send', draft());
  const asked = watchRights(app);
  await done(socket, 'message:send', draft());
  expect(asked).toEqual([]);
  app.app.connection.getClient().emit('connectionPoolCleared', {} as never);
  await done(socket, 'message:send', draft());
  expect(asked).toHaveLength(1);
});

it('a revalidation removes nobody who is added while it reads', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const added = await app.register();
  await added.connect();
  const timers = createTestTimers();
  const { reads, looks } = createReads(app, async (look) => {
    if (look === 1) await owner.put(`/conversations/${conversationId}/members/${added.id}`);
  });
  const node = { log, events: new Events(), timers, io: app.app.io, cluster: alone };
  const revalidation = new Revalidation(node, reads);
  timers.pass(60_000);
  await until(() => looks() === 2);
  await owner.get('/users/me'); // what follows the second look is done by the next answer
  expect(membersIn(app, conversationId)).toBe(1);
  revalidation.stop();
});

it('C17 nobody connects on a device that another node has just revoked', async () => {
  const { first, second } = await startNodes();
  const user = await first.register();
  await second.call('GET', '/users/me', { token: user.token }); // remembered for seconds
  await user.delete(`/devices/${user.session.deviceId}`);
  const socket = second.open(user.token);
  const heard: string[] = [];
  socket.onAny((name: string) => heard.push(name));
  await new Promise((resolve) => socket.once('disconnect', resolve));
  expect(heard).toEqual(['device:revoked']);
});

it.each([
  ['while their memberships are read', 1],
  ['while the heads are read', 'heads'],
] as const)('I8 C24 whoever connects and is removed %s is in no room after it', async (_, at) => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const member = others[0]!;
  const { id = '' } = await member.connect();
  const { io } = app.app;
  const socket = io.of('/').sockets.get(id)!;
  const { reads } = createReads(app, async (look) => {
    if (look === at) await owner.delete(`/conversations/${conversationId}/members/${member.id}`);
  });
  const parts = { log, clock: systemClock, events: new Events(), timers: createTestTimers() };
  const connecting = new Connections({ ...parts, io, cluster: alone });
  connecting.readFrom(reads);
  const isReady = new Promise<void>((resolve) =>
    socket.onAnyOutgoing((name: string) => void (name === 'ready' && resolve())),
  );
  connecting.onConnect(socket); // as if it had just come
  await isReady;
  expect([...socket.rooms]).not.toContain(roomOf(conversationId));
});
