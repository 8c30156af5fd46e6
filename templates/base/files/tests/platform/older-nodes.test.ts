import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ConversationAccess } from '../../src/backend/conversations/index.ts';
import { toObjectId } from '../../src/platform/database/ids.ts';
import type { Cluster } from '../../src/platform/sockets/socket-api.ts';
import { SocketNotifier } from '../../src/platform/sockets/notifier.ts';
import { Database } from '../../src/platform/database/connection.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { systemTimers } from '../../src/platform/lib/time.ts';
import { createModels } from '../../src/models/index.ts';
import { done, next, startApp, type TestApp } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { holdRateLimits } from '../support/timers.ts';
import { migrations } from '../../src/models/migrations/index.ts';

// What a node of 0.1.0 tells one of this version while a deployment is upgraded.

/** The other nodes, as a test speaks for them. */
function createOthers() {
  const listeners = new Map<string, (data: unknown) => Promise<void> | void>();
  const cluster: Cluster = {
    hasPeers: false,
    join: () => {},
    publish: () => {},
    request: async () => {},
    subscribe: (event, listener) => void listeners.set(event, listener),
  };
  return { cluster, say: async (event: string, data: unknown) => listeners.get(event)?.(data) };
}

/** The gate of another node on the database of an app. */
async function startGate({ variables }: TestApp) {
  const database = new Database(parseEnvironment(variables), pino({ level: 'silent' }), migrations);
  const models = createModels(database.connection);
  await database.start();
  onTestFinished(() => database.stop());
  const others = createOthers();
  const access = new ConversationAccess({ models, database, cluster: others.cluster });
  return { ...others, access };
}

it('a room that an older node names alone hears nothing', async () => {
  const app = await startApp();
  const { conversationId, users } = await app.group(2);
  const sockets = await Promise.all(users.map((user) => user.connect()));
  const heard: number[] = [];
  for (const [index, socket] of sockets.entries())
    socket.on('problem', () => void heard.push(index));
  const { cluster, say } = createOthers();
  void new SocketNotifier({ io: app.app.io, cluster, timers: systemTimers });
  const notice = {
    room: `conversation:${conversationId}`,
    name: 'problem',
    payload: { event: 'x', code: 'malformed', detail: 'for one of them' },
  };
  const told = next(sockets[1]!, 'problem');
  await say('notices', [[notice], { except: `user:${users[0]!.id}` }]);
  await told;
  await done(sockets[0]!, 'conversation:heads', {}); // behind what it might have heard
  expect(heard).toEqual([1]);
});

it.each([
  ['a conversation', (conversationId: string, _userId: string) => [conversationId]],
  ['a member', (conversationId: string, userId: string) => [conversationId, userId]],
])('%s that an older node has forgotten is read again', async (_what, told) => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const { access, say } = await startGate(app);
  holdRateLimits(); // what is known does not age
  const may = async () => access.require(owner.id, conversationId, 'own');
  await may();
  const rows = app.app.connection.collection('memberships');
  await rows.updateOne({ user: toObjectId(owner.id) }, { $set: { role: 'member' } });
  await may(); // as it is known
  await say('access:forget', told(conversationId, owner.id));
  await expect(may()).rejects.toMatchObject({ code: 'forbidden' });
});

it('a block at an older node holds when this one has confirmed it', async () => {
  const app = await startApp();
  const [anna, bert] = await app.registerMany(2);
  const { id } = (await anna!.put(`/conversations/direct/${bert!.id}`)).body;
  const { access, say } = await startGate(app);
  const pair = { user: toObjectId(anna!.id), blocked: toObjectId(bert!.id) };
  await access.require(bert!.id, id, 'send');
  await app.app.connection.collection('blocks').insertOne({ ...pair, timestamp: new Date() });
  await say('access:forget', []);
  const sending = (async () => access.require(bert!.id, id, 'send'))();
  await expect(sending).rejects.toMatchObject({ code: 'blocked' });
});
