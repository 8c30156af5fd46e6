import { pino } from 'pino';
import { io as connectSocket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { Connections } from '../../src/backend/presence/connections.ts';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { createModels } from '../../src/models/index.ts';
import { startApp, sharedVariables, until, type TestApp, type TestUser } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { closeSocket, listen, online, startWithTimers, subscribe } from '../support/presence.ts';
import { startProcess } from '../support/process.ts';
import { createTestTimers } from '../support/timers.ts';

const collection = ({ app }: TestApp, name: string) => app.connection.collection(name);

/** Waits for the row of a user's socket and lets the lease of its node end, as 30 s would. */
async function endLease(app: TestApp, user: TestUser): Promise<void> {
  const filter = { user: toObjectId(user.id) };
  await until(async () => (await collection(app, 'connections').findOne(filter)) !== null);
  const row = await collection(app, 'connections').findOne(filter);
  const expired = { $set: { expiresAt: new Date(Date.now() - 1_000) } };
  await collection(app, 'nodes').updateOne({ _id: row?.['node'] as never }, expired);
}

/** Two nodes on one database that tell each other nothing, and three who share a group. */
async function startNodes() {
  const variables = sharedVariables();
  const first = await startWithTimers(variables);
  const second = await startWithTimers(variables);
  const { conversationId, users } = await first.app.group(3);
  return {
    variables,
    first,
    second,
    conversationId,
    users: users as [TestUser, TestUser, TestUser],
  };
}

/** A user on a node who is told of others. */
async function subscribeOn({ app }: { app: TestApp }, user: TestUser, ...others: TestUser[]) {
  const socket = await app.connect(user.token);
  await subscribe(socket, ...others.map(({ id }) => id));
  return { socket, heard: listen(socket) };
}

it('S30 I10 users of a killed node are offline, and of all other nodes one says so, once', async () => {
  const { variables, first, second, users } = await startNodes();
  const [anna, bert, carl] = users;
  const killed = startProcess({ ...variables, LOG_LEVEL: 'info' });
  const options = { transports: ['websocket'], auth: { token: carl.token } };
  const lost = connectSocket(await killed.listening(), options);
  onTestFinished(() => void lost.disconnect());
  const subscribers = [
    await subscribeOn(first, anna, carl),
    await subscribeOn(second, bert, carl),
  ] as const;
  await until(
    async () => (await subscribe(subscribers[0].socket, carl.id))[0]?.status === 'online',
  );

  killed.child.kill('SIGKILL');
  await killed.exit;
  lost.disconnect();
  await endLease(first.app, carl);
  for (const { timers } of [first, second]) timers.pass(10_000);
  const heard = () =>
    subscribers.flatMap((subscriber) => subscriber.heard.map(({ status }) => status));
  await until(() => heard().length > 0);
  for (const { timers } of [first, second]) timers.pass(60_000);
  await until(async () => (await collection(first.app, 'nodes').countDocuments()) === 2);
  for (const { socket } of subscribers)
    expect(await subscribe(socket, carl.id)).toMatchObject([{ status: 'offline' }]);
  expect(heard()).toEqual(['offline']);
});

it('a node that was taken for dead comes back with its users', async () => {
  const { first, second, users } = await startNodes();
  const [anna, bert, carl] = users;
  const here = await subscribeOn(first, anna, carl);
  const theirs = await first.app.connect(carl.token);
  await until(() => here.heard.length === 1);
  const there = await subscribeOn(second, bert, carl);
  await endLease(first.app, carl);
  second.timers.pass(10_000);
  await until(() => there.heard.at(-1)?.status === 'offline');

  first.timers.pass(10_000);
  await until(() => here.heard.length === 2);
  expect(await subscribe(there.socket, carl.id)).toEqual([online(carl.id)]);
  await closeSocket(first.app, theirs);
  first.timers.pass(10_000);
  await until(() => here.heard.at(-1)?.status === 'offline');
});

it('a start cleans up after nodes that left rows and have none of their own', async () => {
  const { variables, first, users } = await startNodes();
  const user = toObjectId(users[2].id);
  await collection(first.app, 'connections').insertOne({ user, node: newId() });
  const third = await startWithTimers(variables);
  expect(await collection(first.app, 'connections').countDocuments()).toBe(0);
  expect(await collection(first.app, 'nodes').countDocuments()).toBe(3);
  await third.app.app.stop();
});

it('whoever moves from a node that stops to another one was never away', async () => {
  const { first, second, users } = await startNodes();
  const [, bert, carl] = users;
  await first.app.connect(carl.token);
  await until(async () => (await collection(first.app, 'connections').countDocuments()) === 1);
  const { socket, heard } = await subscribeOn(second, bert, carl);
  await first.app.app.stop();
  expect(await subscribe(socket, carl.id)).toEqual([online(carl.id)]);

  const moved = await second.app.connect(carl.token);
  await endLease(second.app, carl);
  second.timers.pass(10_000);
  await until(async () => (await collection(second.app, 'nodes').countDocuments()) === 1);
  await closeSocket(second.app, moved);
  second.timers.pass(10_000);
  await until(() => heard.length > 0);
  expect(heard).toMatchObject([{ userId: carl.id, status: 'offline' }]);
});

it('C32 a removal that a node did not hear of ends what is told within a minute', async () => {
  const { first, second, conversationId, users } = await startNodes();
  const [anna, bert, carl] = users;
  const { heard } = await subscribeOn(second, bert, carl, anna);
  const at = `/conversations/${conversationId}/members/${carl.id}`;
  expect((await anna.delete(at)).status).toBe(204);
  second.timers.pass(60_000);
  await second.app.connect(carl.token);
  await until(async () => (await collection(first.app, 'connections').countDocuments()) === 2);
  await second.app.connect(anna.token);
  await until(() => heard.length > 0);
  expect(heard).toEqual([online(anna.id)]);
});

it('what could not be told is told the next time', async () => {
  const { app } = await startApp();
  const told: string[] = [];
  let isAway = true;
  const tell = (what: string) => async (them: readonly unknown[]) => {
    if (isAway) throw new Error('away');
    if (them.length > 0) told.push(what);
  };
  const timers = createTestTimers();
  const models = createModels(app.connection);
  const connections = new Connections(
    { log: pino({ level: 'silent' }), models, timers },
    () => newId(),
    { arrived: tell('arrived'), left: tell('left') },
  );
  connections.opened(newId().toHexString(), 'a socket');
  await expect(connections.flush()).rejects.toThrow('away');
  isAway = false;
  await connections.flush();
  expect([told, await models.connections.countDocuments()]).toEqual([['arrived'], 1]);

  isAway = true;
  connections.closed('a socket');
  timers.pass(10_000);
  await expect(connections.flush()).rejects.toThrow('away');
  isAway = false;
  await connections.flush();
  expect([told, await models.connections.countDocuments()]).toEqual([['arrived', 'left'], 0]);
});
