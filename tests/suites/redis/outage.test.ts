import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { ask, until, type TestSocket, type TestUser } from '../support/app.ts';
import { chatAt, startNodes } from '../nodes/nodes.ts';
import { startRedis } from '../machines/redis.ts';

/** Sends one after the other until it is told to stop; returns what was acknowledged. */
function keepSending(socket: TestSocket, conversationId: string, name: string) {
  const acknowledged: string[] = [];
  const refused: unknown[] = [];
  const end = new AbortController();
  const ended = (async () => {
    for (let number = 0; !end.signal.aborted; number += 1) {
      const content = `${name} ${number}`;
      const draft = { conversationId, id: randomUUID(), content };
      const answer = await ask(socket, 'message:send', draft);
      if (answer.ok) acknowledged.push(content);
      else refused.push(answer.error);
      await sleep(20);
    }
  })();
  return {
    acknowledged,
    refused,
    async stop() {
      end.abort();
      await ended;
    },
  };
}

async function twoNodes(url: string) {
  const [one, two] = await startNodes(2, { REDIS_URL: url });
  const { conversationId, owner, others } = await one.group(2);
  const [other] = others as [TestUser];
  const chats = [chatAt(one.url, owner), chatAt(two.url, other)];
  await until(() => chats.every((chat) => chat.timeline(conversationId) !== undefined));
  const writers = [
    keepSending(await owner.connect(), conversationId, 'one'),
    keepSending(await two.connect(other.token), conversationId, 'two'),
  ];
  return { one, two, conversationId, owner, other, chats, writers };
}

type Setting = Awaited<ReturnType<typeof twoNodes>>;

/** Every client has what was acknowledged, in the same order; without a new message to tell them. */
async function converged({ chats, conversationId, writers }: Setting): Promise<void> {
  const acknowledged = writers.flatMap((writer) => writer.acknowledged);
  const views = () =>
    chats.map((chat) =>
      (chat.timeline(conversationId)?.messages() ?? []).map(({ seq, content }) => ({
        seq,
        content,
      })),
    );
  await until(() => views().every((view) => view.length === acknowledged.length), 180_000);
  const [first, second] = views();
  expect(first).toEqual(second);
  expect(first?.map(({ content }) => content).toSorted()).toEqual(acknowledged.toSorted());
}

it('S34 F11 Redis killed for 10 s and restarted empty: every send acknowledged, all converge', async () => {
  const redis = await startRedis();
  const setting = await twoNodes(redis.url);
  await sleep(1_000);
  await redis.kill();
  const before = setting.writers.map((writer) => writer.acknowledged.length);
  await sleep(10_000);
  setting.writers.forEach((writer, index) =>
    expect(writer.acknowledged.length).toBeGreaterThan(before[index] ?? 0),
  );
  await redis.start();
  await sleep(500);
  await Promise.all(setting.writers.map((writer) => writer.stop()));
  expect(setting.writers.flatMap((writer) => writer.refused)).toEqual([]);
  await converged(setting);
}, 600_000);

it('F11 clients are told to sync once Redis is back, and not because a node starts', async () => {
  const redis = await startRedis();
  const { one, two, owner, other, writers } = await twoNodes(redis.url);
  await Promise.all(writers.map((writer) => writer.stop()));
  const sockets = [await one.connect(owner.token), await two.connect(other.token)];
  const told = new Set<number>();
  sockets.forEach((socket, node) => socket.on('sync:required', () => told.add(node)));
  await startNodes(2, { REDIS_URL: redis.url });
  await sleep(limits.sync.requiredSpreadMs);
  expect([...told]).toEqual([]);
  await redis.kill();
  await redis.start();
  await until(() => told.size === sockets.length);
}, 600_000);

it('F12 Redis frozen for 30 s: sends do not wait for it', async () => {
  const redis = await startRedis();
  const setting = await twoNodes(redis.url);
  await redis.freeze();
  const counts = () => setting.writers.map((writer) => writer.acknowledged.length);
  for (let second = 0; second < 30; second += 5) {
    const [one = 0, two = 0] = counts();
    await sleep(5_000);
    const [oneLater = 0, twoLater = 0] = counts();
    expect(oneLater).toBeGreaterThan(one);
    expect(twoLater).toBeGreaterThan(two);
  }
  redis.thaw();
  await Promise.all(setting.writers.map((writer) => writer.stop()));
  expect(setting.writers.flatMap((writer) => writer.refused)).toEqual([]);
  await converged(setting);
}, 600_000);

it('F26 C17 a device revoked while Redis is down loses its socket at the other node soon', async () => {
  const redis = await startRedis();
  const { owner, two, writers } = await twoNodes(redis.url);
  await Promise.all(writers.map((writer) => writer.stop()));
  const socket = await two.connect(owner.token);
  await redis.kill();
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  expect((await owner.post('/auth/logout')).status).toBe(204);
  await closed;
  // Nothing tells the other node: it looks for itself, and this is how often.
  expect(limits.socket.revalidateMs).toBeLessThanOrEqual(5_000);
}, 600_000);
