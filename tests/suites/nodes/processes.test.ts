import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { Chat } from '../../client/chat.ts';
import type { Notices } from '../../src/contract/index.ts';
import { until, type TestApp, type TestUser } from '../support/app.ts';
import { startProcess } from '../support/process.ts';
import { chatAt, startNodes } from './nodes.ts';
import { startProxy } from '../machines/proxy.ts';

/** Nodes that are processes of their own, behind a proxy; the first app only looks on. */
async function startProcesses(count: number) {
  const [observer] = await startNodes(1);
  const nodes = Array.from({ length: count }, () =>
    startProcess({ ...observer.variables, LOG_LEVEL: 'info' }),
  );
  const urls = await Promise.all(nodes.map((node) => node.listening()));
  return { observer, nodes, urls, proxy: await startProxy(urls) };
}

/** The contents of a conversation as the database has them. */
async function stored(observer: TestApp): Promise<string[]> {
  const rows = await observer.app.connection
    .collection('messages')
    .find()
    .sort({ conversation: 1, seq: 1 })
    .toArray();
  return rows.map((row) => `${row['seq']} ${row['content']}`);
}

const shown = (chat: Chat, conversationId: string): string[] =>
  (chat.timeline(conversationId)?.messages() ?? []).map(({ seq, content }) => `${seq} ${content}`);

it('S37 F13 a node that ends under 200 clients loses nothing, and they come back spread', async () => {
  const { observer, nodes, urls, proxy } = await startProcesses(2);
  const { conversationId, owner, users } = await observer.group(100);
  for (const user of await observer.registerMany(100)) {
    await owner.put(`/conversations/${conversationId}/members/${user.id}`);
    users.push(user);
  }
  proxy.route(urls.slice(0, 1));
  const chats: Chat[] = [];
  for (const user of users) {
    chats.push(chatAt(proxy.url, user));
    // A slow machine is not to be asked for two hundred at once.
    if (chats.length % 20 === 0)
      await until(() => chats.every((chat) => chat.timeline(conversationId) !== undefined));
  }
  proxy.route(urls);

  const returned: number[] = [];
  const writers = chats.slice(0, 20);
  let sent = 0;
  const sending = setInterval(() => {
    // As fast as this machine answers, and no faster.
    for (const chat of writers)
      if (chat.waiting(conversationId).length === 0)
        chat.send(conversationId, `message ${(sent += 1)}`);
  }, 250);
  onTestFinished(() => clearInterval(sending));
  await until(() => sent > writers.length);
  for (const chat of chats) chat.socket.once('ready', () => returned.push(performance.now()));
  const [node] = nodes;
  node?.child.kill('SIGTERM');
  // It would end with another code if it had not been done in time.
  expect(await node?.exit).toBe(0);
  await until(() => returned.length === chats.length);
  clearInterval(sending);
  expect(Math.max(...returned) - Math.min(...returned)).toBeGreaterThan(5_000);

  await until(() => chats.every((chat) => chat.waiting(conversationId).length === 0));
  await Promise.all(chats.map((chat) => chat.check()));
  const rows = await stored(observer);
  expect(rows.map((row) => Number.parseInt(row, 10))).toEqual(
    Array.from({ length: sent }, (_, index) => index + 1),
  );
  await until(() => chats.every((chat) => chat.timeline(conversationId)?.seq === sent));
  for (const chat of chats) expect(rows.slice(-50)).toEqual(shown(chat, conversationId).slice(-50));
}, 600_000);

it('S30 F10 the users of a node that was killed are offline within 60 s, told exactly once', async () => {
  const { observer, nodes, urls } = await startProcesses(2);
  const { users } = await observer.group(3);
  const [watcher, one, two] = users as [TestUser, TestUser, TestUser];
  const socket = await watcher.connect();
  chatAt(urls[0] as string, one);
  const moving = chatAt(urls[0] as string, two);
  const told: Notices['presence:updated'][] = [];
  const online = new Set<string>();
  socket.on('presence:updated', (notice) => {
    if (notice.status === 'offline') told.push(notice);
    else online.add(notice.userId);
  });
  const { presences } = await socket
    .emitWithAck('presence:subscribe', {
      userIds: [one.id, two.id],
    })
    .then((answer) => (answer.ok ? answer.data : { presences: [] }));
  for (const { userId, status } of presences) if (status === 'online') online.add(userId);
  await until(() => online.size === 2);

  nodes[0]?.child.kill('SIGKILL');
  moving.close();
  const returned = chatAt(urls[1] as string, two); // comes back elsewhere: never offline
  await until(() => told.length > 0, 180_000);
  await sleep(15_000);
  expect(told).toEqual([
    { userId: one.id, status: 'offline', lastSeenAt: expect.any(String) as string },
  ]);
  expect(returned.socket.connected).toBe(true);
}, 600_000);
