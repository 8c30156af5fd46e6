import { expect, it } from 'vitest';
import { done, next, startApp, until, type TestApp } from './support/app.ts';

async function groupWithMessages(app: TestApp, messages: number) {
  const group = await app.group(2);
  for (let number = 1; number <= messages; number += 1)
    await group.owner.post(`/conversations/${group.conversationId}/messages`, {
      clientMessageId: `message-${number}`,
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

  await Promise.all(
    [1, 2, 3, 4, 5].map((seq) => done(socket, 'receipt:read', { conversationId, seq })),
  );
  await until(() => heard.includes(5));
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
