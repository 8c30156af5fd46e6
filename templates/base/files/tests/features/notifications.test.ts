import { expect, it } from 'vitest';
import { done, next, startApp, type TestUser } from '../support/app.ts';

const pathOf = (conversationId: string): string => `/conversations/${conversationId}/notifications`;
const chosenBy = async (user: TestUser, conversationId: string) =>
  (await user.get(`/conversations/${conversationId}`)).body.notifications;

it('what alerts somebody is their own choice, on all devices of theirs', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const devices = [await owner.connect(), await owner.connect()];
  const other = await others[0]!.connect();
  const heard: unknown[] = [];
  other.on('notifications:updated', (notice) => void heard.push(notice));
  const mutedUntil = '2999-01-01T00:00:00.000Z';
  const told = devices.map((device) => next(device, 'notifications:updated'));
  const answer = await owner.patch(pathOf(conversationId), { level: 'mentions', mutedUntil });
  expect(answer.body).toEqual({ level: 'mentions', mutedUntil });
  for (const notice of await Promise.all(told))
    expect(notice).toEqual({ conversationId, level: 'mentions', mutedUntil });
  await owner.patch(pathOf(conversationId), { level: 'none' });
  expect(await chosenBy(owner, conversationId)).toEqual({ level: 'none', mutedUntil });
  await owner.patch(pathOf(conversationId), { mutedUntil: null });
  expect(await chosenBy(owner, conversationId)).toEqual({ level: 'none', mutedUntil: null });
  expect(await chosenBy(others[0]!, conversationId)).toEqual({ level: 'all', mutedUntil: null });
  await done(other, 'conversation:heads', {}); // behind what it might have heard
  expect(heard).toEqual([]);
});

it('a channel alerts of mentions until its reader chooses, and nothing is chosen by nobody', async () => {
  const app = await startApp();
  const [owner, stranger] = [await app.register(), await app.register()];
  const channel = { type: 'channel', name: 'News', visibility: 'public' };
  const { body } = await owner.post('/conversations', channel);
  expect(body.notifications).toEqual({ level: 'mentions', mutedUntil: null });
  expect(await chosenBy(stranger, body.id)).toBeNull();
  const answers = await Promise.all([
    owner.patch(pathOf(body.id), {}),
    owner.patch(pathOf(body.id), { level: 'some' }),
    owner.patch(pathOf(body.id), { mutedUntil: 'tomorrow' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([422, 422, 422]);
});

it('a choice outlives leaving, and goes with the conversation', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2, { visibility: 'public' });
  const member = others[0]!;
  await member.patch(pathOf(conversationId), { level: 'none' });
  await member.post(`/conversations/${conversationId}/leave`);
  const { body } = await member.post(`/conversations/${conversationId}/join`);
  expect(body.notifications.level).toBe('none');
  await owner.delete(`/conversations/${conversationId}`);
  expect((await member.patch(pathOf(conversationId), { level: 'all' })).status).toBe(404);
});
