import { expect, it } from 'vitest';
import { done, next, startApp } from '../support/app.ts';

it('above 100 members nobody but those concerned hears of joins and leaves', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2, { visibility: 'public' });
  const [socket, other] = [await owner.connect(), await others[0]!.connect()];
  const newcomer = await app.register();
  const theirs = await newcomer.connect();
  const heard: string[] = [];
  for (const watcher of [socket, other])
    watcher.onAny((name: string) => name.startsWith('member:') && heard.push(name));
  const resize = (memberCount: number) =>
    app.app.connection.collection('conversations').updateOne({}, { $set: { memberCount } });

  await resize(100);
  const joined = next(theirs, 'member:added');
  await newcomer.post(`/conversations/${conversationId}/join`);
  expect(await joined).toMatchObject({ conversationId, user: { id: newcomer.id } });
  const left = next(theirs, 'member:removed');
  await resize(102);
  await newcomer.post(`/conversations/${conversationId}/leave`);
  expect(await left).toMatchObject({ conversationId, user: { id: newcomer.id } });
  for (const watcher of [socket, other]) await done(watcher, 'conversation:heads', {});
  expect(heard).toEqual([]);

  await resize(101);
  const announced = next(socket, 'member:removed');
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  await announced;
});
