import { expect, it } from 'vitest';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { limits } from '../../src/configs/limits.ts';
import { startApp, type TestApp, type TestUser } from '../support/app.ts';

/** Puts a user into so many conversations that are nowhere else. */
async function enterMany({ app }: TestApp, user: TestUser, count: number): Promise<void> {
  const joinedAt = new Date();
  const rows = Array.from({ length: count }, () => ({
    conversation: newId(),
    user: toObjectId(user.id),
    role: 'member',
    lastReadSeq: 0,
    lastDeliveredSeq: 0,
    mutedUntil: null,
    joinedAt,
    leftAt: null,
  }));
  await app.connection.collection('memberships').insertMany(rows);
}

it('C58 nobody is in more conversations than limits.ts says, whoever wants them in', async () => {
  const app = await startApp();
  const [full, other] = [await app.register(), await app.register()];
  const group = { type: 'group', name: 'A group', visibility: 'public' };
  const { id } = (await other.post('/conversations', group)).body;
  await enterMany(app, full, limits.conversation.perUser - 1);
  expect((await full.post('/conversations', group)).status).toBe(201);

  const answers = [
    await full.post('/conversations', group),
    await full.post(`/conversations/${id}/join`),
    await full.put(`/conversations/direct/${other.id}`),
    await other.post('/conversations', { ...group, members: [full.id] }),
    await other.put(`/conversations/${id}/members/${full.id}`),
    await other.put(`/conversations/direct/${full.id}`),
  ];
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
    answers.map(() => [409, 'limit-reached']),
  );
  expect((await full.get('/conversations')).body.items).toHaveLength(1);
});
