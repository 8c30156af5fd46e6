import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { done, next, startApp, until, type TestApp } from '../support/app.ts';
import { blockNobodies, roomsOf, watchExcepts } from '../support/excepts.ts';

/** @param memberCount - what its row says, and nobody has read before. */
async function groupWithMessages(app: TestApp, messages: number, memberCount = 2) {
  const group = await app.group(2);
  const conversations = app.app.connection.collection('conversations');
  if (memberCount !== 2) await conversations.updateOne({}, { $set: { memberCount } });
  for (let number = 1; number <= messages; number += 1)
    await group.owner.post(`/conversations/${group.conversationId}/messages`, {
      id: randomUUID(),
      content: `message ${number}`,
    });
  return { ...group, reader: group.others[0]! };
}

it('S26 a mark never goes back, and both devices show the same unread', async () => {
  const app = await startApp();
  const { conversationId, reader } = await groupWithMessages(app, 5);
  const [a, b] = [await reader.connect(), await reader.connect()];

  expect(await done(a, 'receipt:read', { conversationId, seq: 4 })).toEqual({ seq: 4 });
  expect(await done(b, 'receipt:read', { conversationId, seq: 1 })).toEqual({ seq: 4 });
  const heads = await Promise.all([a, b].map((socket) => done(socket, 'conversation:heads', {})));
  for (const { heads: mine } of heads) expect(mine[0]).toMatchObject({ lastReadSeq: 4 });
  expect((await reader.get(`/conversations/${conversationId}`)).body).toMatchObject({ unread: 1 });
});

it('a mark past the last message stops at it, and what was read was delivered', async () => {
  const app = await startApp();
  const { conversationId, owner, reader } = await groupWithMessages(app, 3);
  const watcher = await owner.connect();

  const updated = next(watcher, 'receipt:updated');
  const answer = await reader.put(`/conversations/${conversationId}/read`, { seq: 99 });
  expect(answer).toMatchObject({ status: 200, body: { seq: 3 } });
  expect(await updated).toEqual({
    conversationId,
    userId: reader.id,
    readSeq: 3,
    deliveredSeq: 3,
  });
});

it('delivery moves its own mark only', async () => {
  const app = await startApp();
  const { conversationId, reader } = await groupWithMessages(app, 2);
  const socket = await reader.connect();
  expect(await done(socket, 'receipt:delivered', { conversationId, seq: 2 })).toEqual({ seq: 2 });
  expect((await reader.get(`/conversations/${conversationId}`)).body).toMatchObject({
    lastReadSeq: 0,
    unread: 2,
  });
});

it('many marks within a second are told as two: the first and the last', async () => {
  const app = await startApp();
  const { conversationId, owner, reader } = await groupWithMessages(app, 5);
  const watcher = await owner.connect();
  const socket = await reader.connect();
  const heard: number[] = [];
  watcher.on('receipt:updated', ({ readSeq }) => heard.push(readSeq));

  // The second passes as this test says: a slow machine may need more of them for five marks.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await Promise.all(
    [1, 2, 3, 4, 5].map((seq) => done(socket, 'receipt:read', { conversationId, seq })),
  );
  await done(watcher, 'conversation:heads', {}); // what was told before this answer has arrived
  expect(heard).toEqual([1]);
  const last = next(watcher, 'receipt:updated');
  vi.advanceTimersByTime(1_000);
  expect(await last).toMatchObject({ readSeq: 5 });
  expect(heard).toEqual([1, 5]);
});

it('C32 a stranger marks nothing and learns nothing', async () => {
  const app = await startApp();
  const { conversationId } = await groupWithMessages(app, 1);
  const stranger = await app.register();
  const answer = await stranger.put(`/conversations/${conversationId}/read`, { seq: 1 });
  const unreal = await stranger.put(`/conversations/${'0'.repeat(24)}/read`, { seq: 1 });
  expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
  expect([unreal.status, unreal.body.code]).toEqual([404, 'not-found']);
});

it('I9 an old mark after a send changes nothing: who sends has read', async () => {
  const app = await startApp();
  const { conversationId, owner } = await groupWithMessages(app, 3);
  const socket = await owner.connect();
  expect(await done(socket, 'receipt:read', { conversationId, seq: 1 })).toEqual({ seq: 3 });
});

it('I9 marks of many requests at once are told forward only', async () => {
  const app = await startApp();
  const { conversationId, owner, reader } = await groupWithMessages(app, 20);
  const watcher = await owner.connect();
  const heard: number[] = [];
  watcher.on('receipt:updated', ({ readSeq }) => heard.push(readSeq));
  const seqs = Array.from({ length: 20 }, (_, index) => index + 1);
  await Promise.all(
    seqs.map((seq) => reader.put(`/conversations/${conversationId}/read`, { seq })),
  );
  await until(() => heard.at(-1) === 20);
  expect(heard).toEqual(heard.toSorted((a, b) => a - b));
});

it('S33 in a blocked direct conversation a mark moves and the other one hears nothing', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register(), await app.register()];
  const conversationId = (await anna.put(`/conversations/direct/${bert.id}`)).body.id;
  const at = `/conversations/${conversationId}`;
  for (const content of ['one', 'two'])
    await anna.post(`${at}/messages`, { id: randomUUID(), content });
  await anna.put(`/users/${bert.id}/block`);
  const [hers, his] = [await anna.connect(), await bert.connect()];
  const heard: unknown[] = [];
  hers.on('receipt:updated', (notice) => heard.push(notice));

  const own = next(his, 'receipt:updated');
  expect(await done(his, 'receipt:read', { conversationId, seq: 2 })).toEqual({ seq: 2 });
  expect(await own).toMatchObject({ userId: bert.id, readSeq: 2 });
  await done(hers, 'conversation:heads', {});
  expect(heard).toEqual([]);
});

it('S33 in a group nobody with whom the reader has a block hears of a mark', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(4);
  const [anna, bert, carl] = others as [typeof owner, typeof owner, typeof owner];
  await owner.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'one',
  });
  await anna.put(`/users/${bert.id}/block`);
  await carl.put(`/users/${anna.id}/block`);
  const heard: string[] = [];
  const sockets = [await owner.connect(), await bert.connect(), await carl.connect()] as const;
  const names = ['owner', 'bert', 'carl'];
  for (const [index, socket] of sockets.entries())
    socket.on('receipt:updated', () => heard.push(names[index]!));
  const told = next(sockets[0], 'receipt:updated');
  await anna.put(`/conversations/${conversationId}/read`, { seq: 1 });
  expect(await told).toMatchObject({ userId: anna.id, readSeq: 1 });
  for (const socket of sockets) await done(socket, 'conversation:heads', {});
  expect(heard).toEqual(['owner']);
});

it('S33 what is told of a reader names those with a block who are there', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [reader, blocked] = others as [typeof owner, typeof owner];
  await owner.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'one',
  });
  await blockNobodies(app, reader, 10);
  await blocked.put(`/users/${reader.id}/block`);
  const socket = await owner.connect();
  const excepts = watchExcepts(conversationId, 'receipt:updated');
  const told = next(socket, 'receipt:updated');
  await reader.put(`/conversations/${conversationId}/read`, { seq: 1 });
  await told;
  expect(excepts).toEqual([roomsOf(blocked)]);
});

it('above 100 members only the devices of the reader hear of a mark', async () => {
  const app = await startApp();
  const { conversationId, owner, reader } = await groupWithMessages(app, 2, 101);
  const [watcher, second] = [await owner.connect(), await reader.connect()];
  const heard: unknown[] = [];
  watcher.on('receipt:updated', (notice) => heard.push(notice));

  const own = next(second, 'receipt:updated');
  await reader.put(`/conversations/${conversationId}/read`, { seq: 2 });
  expect(await own).toMatchObject({ userId: reader.id, readSeq: 2 });
  await done(watcher, 'conversation:heads', {});
  expect(heard).toEqual([]);
});

it('C55 marks by HTTP consume the rate of receipts', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { conversationId, owner } = await app.group(1);
  const mark = () => owner.put(`/conversations/${conversationId}/read`, { seq: 1 });
  const count = limits.rate.receipt.burst * 4;
  const answers = await Promise.all(Array.from({ length: count }, mark));
  const passed = answers.filter(({ status }) => status === 200).length;
  expect(passed).toBeGreaterThanOrEqual(limits.rate.receipt.burst);
  expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({
    code: 'rate-limited',
  });
});
