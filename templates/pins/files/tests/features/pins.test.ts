import { expect, it } from 'vitest';
import { pin, pinsOf } from '../../client/pins.ts';
import { pinLimits } from '../../src/configs/pin-limits.ts';
import { MessageParts } from '../../src/backend/messages/parts.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { next, sharedVariables, startApp, until, type TestUser } from '../support/app.ts';
import { groupWithChat, post } from '../support/client.ts';
import { numbers, seedMessages } from '../support/node.ts';

const pathOf = ({ conversationId, id }: MessageView): string =>
  `/conversations/${conversationId}/messages/${id}/pin`;
const pinsIn = async (user: TestUser, conversationId: string): Promise<MessageView[]> =>
  (await user.get(`/conversations/${conversationId}/pins`)).body.items;
const lastRevOf = async (user: TestUser, conversationId: string): Promise<number> =>
  (await user.get(`/conversations/${conversationId}/changes`)).body.lastRev;

it('a pin is told to members and listed, the latest first', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [first, second] = [
    await post(owner, conversationId, 'first'),
    await post(owner, conversationId, 'second'),
  ];
  const reader = await others[0]!.connect();
  const updated = next(reader, 'message:updated');
  const pinned = await owner.put(pathOf(second));
  expect(pinned.body.message).toMatchObject({
    id: second.id,
    rev: 1,
    pinned: { by: owner.id, at: expect.any(String) },
  });
  expect(await updated).toEqual(pinned.body.message);
  await owner.put(pathOf(first));
  const listed = await pinsIn(others[0]!, conversationId);
  expect(listed.map(({ content }) => content)).toEqual(['first', 'second']);
  expect((await others[0]!.put(pathOf(first))).status).toBe(403);
});

it('S57 no more than fifty are pinned, however many pin at once at two nodes', async () => {
  const shared = sharedVariables();
  const nodes = [await startApp(shared), await startApp(shared)];
  const { conversationId, owner } = await nodes[0]!.group(1);
  const { perConversation } = pinLimits;
  await seedMessages(nodes[0]!, conversationId, perConversation + 15);
  const history = await owner.get(`/conversations/${conversationId}/messages?after=0&limit=100`);
  const messages = history.body.items as MessageView[];
  const { token } = owner;
  const ask = async (message: MessageView, at: number): Promise<number> => {
    const { status } = await nodes[at]!.call('PUT', pathOf(message), { token });
    return status === 503 ? ask(message, at) : status;
  };
  const before = messages.slice(0, perConversation - 5);
  for (const message of before) expect(await ask(message, 0)).toBe(200);
  const late = messages.slice(perConversation - 5);
  const statuses = await Promise.all(late.map((message, index) => ask(message, index % 2)));
  expect(statuses.filter((status) => status === 200)).toHaveLength(5);
  expect(statuses.filter((status) => status === 409)).toHaveLength(15);
  const listed = await pinsIn(owner, conversationId);
  expect(listed).toHaveLength(perConversation);
  // The latest pins first, so those that were there before come last.
  expect(listed.slice(5).map(({ id }) => id)).toEqual(before.map(({ id }) => id).toReversed());
  expect(await lastRevOf(owner, conversationId)).toBe(perConversation);
  await nodes[1]!.call('DELETE', pathOf(before[0]!), { token });
  const refused = late[statuses.indexOf(409)]!;
  expect(await ask(refused, 0)).toBe(200);
});

it('S58 a message that is deleted is pinned no more, and pinning and unpinning repeat harmlessly', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const message = await post(owner, conversationId, 'first');
  const answers = await Promise.all(numbers(3).map(() => owner.put(pathOf(message))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await lastRevOf(owner, conversationId)).toBe(1);
  for (const _ of numbers(2)) expect((await owner.delete(pathOf(message))).status).toBe(200);
  expect(await lastRevOf(owner, conversationId)).toBe(2);
  await owner.put(pathOf(message));
  await owner.delete(`/conversations/${conversationId}/messages/${message.id}`);
  expect(await pinsIn(owner, conversationId)).toEqual([]);
  const late = await owner.put(pathOf(message));
  expect([late.status, late.body.code]).toEqual([409, 'already-deleted']);
  const [row] = await app.app.connection.collection('messages').find().toArray();
  expect(row).not.toHaveProperty('pinned');
});

it('the client pins, lists, and says why it may not', async () => {
  const { conversationId, owner, user, chat } = await groupWithChat(await startApp());
  const message = await post(owner, conversationId, 'hello');
  expect((await pin(chat, message, true))?.code).toBe('forbidden');
  await owner.patch(`/conversations/${conversationId}/members/${user.id}`, { role: 'admin' });
  expect(await pin(chat, message, true)).toBeUndefined();
  await until(() => chat.timeline(conversationId)?.messages()[0]?.pinned !== undefined);
  const api = { call: async (_method: string, path: string) => (await owner.get(path)).body };
  const listed = await pinsOf(api as Parameters<typeof pinsOf>[0], conversationId);
  expect(listed.map(({ id }) => id)).toEqual([message.id]);
});

it('a field that the contract shows and no feature fills stops the start', () => {
  const parts = new MessageParts();
  expect(() => parts.assertFieldsFilled()).toThrow(
    /a field pinned of messages that no feature fills/,
  );
});
