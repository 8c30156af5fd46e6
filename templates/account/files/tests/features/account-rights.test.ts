import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { passwordOf } from '../support/accounts.ts';
import { startApp, type TestUser } from '../support/app.ts';

const draft = () => ({ id: randomUUID(), content: 'hello' });

it('C23 nobody writes to an account that is erased', async () => {
  const app = await startApp();
  const [anna, bert] = (await app.registerMany(2)) as [TestUser, TestUser];
  const { id } = (await anna.put(`/conversations/direct/${bert.id}`)).body;
  const messages = `/conversations/${id}/messages`;
  const { message } = (await anna.post(messages, draft())).body; // the right is cached
  await bert.delete('/users/me', { password: passwordOf(bert.username) });
  const answers = [
    await anna.post(messages, draft()),
    await anna.patch(`${messages}/${message.id}`, { content: 'again' }),
  ];
  const words = { code: 'forbidden', detail: 'The account of the other user was erased.' };
  expect(answers.map(({ body }) => body)).toMatchObject([words, words]);
  expect((await anna.delete(`${messages}/${message.id}`)).status).toBe(204);
  const [carl] = await app.registerMany(1);
  expect((await carl!.put(`/conversations/direct/${bert.id}`)).status).toBe(404);
});

it('an owner whose account is erased is no other owner', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const at = `/conversations/${conversationId}`;
  const [gone] = others as [TestUser];
  await owner.patch(`${at}/members/${gone.id}`, { role: 'owner' });
  // The job that ends the memberships comes later.
  vi.spyOn(app.app.connection.model('Job').collection, 'findOneAndUpdate').mockResolvedValue(null);
  await gone.delete('/users/me', { password: passwordOf(gone.username) });
  expect((await owner.post(`${at}/leave`)).body).toMatchObject({ status: 409, code: 'last-owner' });
});
