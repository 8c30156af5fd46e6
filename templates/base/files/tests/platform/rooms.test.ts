import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { done, startApp, type TestApp, type TestSocket, type TestUser } from '../support/app.ts';
import { holdCommit } from '../support/held-commits.ts';

/** Two nodes, of which the first is slow to apply to its rooms what it has committed. */
async function startSlow() {
  const slow = await startApp();
  const other = await startApp(slow.variables);
  const { conversationId, owner, others } = await slow.group(2);
  const [member] = others as [TestUser];
  return { slow, other, conversationId, owner, member, socket: await member.connect() };
}

const memberPath = (conversationId: string, { id }: TestUser): string =>
  `/conversations/${conversationId}/members/${id}`;

/** Whether a socket hears what is sent at its node. */
async function hears(socket: TestSocket, owner: TestUser, conversationId: string) {
  const heard: string[] = [];
  socket.on('message:created', (message) => heard.push(message.conversationId));
  const draft = { id: randomUUID(), content: 'hello' };
  await owner.post(`/conversations/${conversationId}/messages`, draft);
  await done(socket, 'conversation:heads', {});
  return heard.includes(conversationId);
}

const at = (app: TestApp, user: TestUser) => app.adopt(user.session);

it('C24 whoever is removed while an addition is still under way hears nothing', async () => {
  const { slow, other, conversationId, owner, member, socket } = await startSlow();
  const path = memberPath(conversationId, member);
  expect((await owner.delete(path)).status).toBe(204);
  const { reached, release } = holdCommit(slow, 'after');
  const added = owner.put(path);
  await reached;
  expect((await at(other, owner).delete(path)).status).toBe(204);
  release();
  expect((await added).status).toBe(201);
  expect(await hears(socket, owner, conversationId)).toBe(false);
});

it('C24 whoever is removed while their group is still being founded hears nothing', async () => {
  const { slow, other, owner, member, socket } = await startSlow();
  const { reached, release } = holdCommit(slow, 'after');
  const group = { type: 'group', name: 'Another group', members: [member.id] };
  const founded = owner.post('/conversations', group);
  await reached;
  const row = await slow.app.connection.collection('conversations').findOne({ name: group.name });
  const conversationId = String(row?._id);
  const removed = await at(other, owner).delete(memberPath(conversationId, member));
  expect(removed.status).toBe(204);
  release();
  expect((await founded).status).toBe(201);
  expect(await hears(socket, owner, conversationId)).toBe(false);
});

it('whoever is added again while a removal is still under way hears what is sent', async () => {
  const { slow, other, conversationId, owner, member, socket } = await startSlow();
  const path = memberPath(conversationId, member);
  const { reached, release } = holdCommit(slow, 'after');
  const removed = owner.delete(path);
  await reached;
  expect((await at(other, owner).put(path)).status).toBe(201);
  release();
  expect((await removed).status).toBe(204);
  expect(await hears(socket, owner, conversationId)).toBe(true);
});
