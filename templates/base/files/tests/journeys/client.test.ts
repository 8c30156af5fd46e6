import { expect, it, vi } from 'vitest';
import { createApi } from '../../client/api.ts';
import { loadOlder } from '../../client/history.ts';
import { next, startApp, until } from '../support/app.ts';
import { contents, edit, groupWithChat, lose, openChat, post } from '../support/client.ts';
import { onTestFinished } from '../support/finish.ts';
import { numbers, seedMessages } from '../support/node.ts';

it('S22 a notice that was lost is asked for as soon as the next one shows the hole', async () => {
  const { conversationId, owner, chat } = await groupWithChat(await startApp());
  lose(chat, 'message:created', ({ seq }) => seq === 2);
  for (const text of ['one', 'two', 'three']) await post(owner, conversationId, text);
  await until(() => contents(chat, conversationId).length === 3);
  expect(contents(chat, conversationId)).toEqual(['one', 'two', 'three']);
});

it('S22 a change whose notice was lost is asked for as soon as the next change shows the hole', async () => {
  const { conversationId, owner, chat } = await groupWithChat(await startApp());
  const first = await post(owner, conversationId, 'first');
  const second = await post(owner, conversationId, 'second');
  lose(chat, 'message:updated', ({ rev }) => rev === 1);
  await edit(owner, first, 'first, edited');
  await edit(owner, second, 'second, edited');
  await until(() => chat.timeline(conversationId)?.rev === 2);
  expect(contents(chat, conversationId)).toEqual(['first, edited', 'second, edited']);
});

it('S23 the last notice of a burst, lost, is found by the check of the heads every minute', async () => {
  const app = await startApp();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { conversationId, owner, chat } = await groupWithChat(app);
  lose(chat, 'message:created');
  await post(owner, conversationId, 'lost');
  vi.advanceTimersByTime(60_000);
  await until(() => contents(chat, conversationId).length === 1);
});

it('what was lost is found when the server asks for a sync', async () => {
  const app = await startApp();
  const { conversationId, owner, chat } = await groupWithChat(app);
  lose(chat, 'message:created');
  await post(owner, conversationId, 'lost');
  const asked = next(await owner.connect(), 'sync:required');
  app.app.io.emit('sync:required', {});
  await asked;
  await until(() => contents(chat, conversationId).length === 1);
});

it.each(['focus', 'visibilitychange', 'online'])(
  'what was lost is found when the user comes back to the page: %s',
  async (name) => {
    const page = new EventTarget();
    const { conversationId, owner, chat } = await groupWithChat(await startApp(), { page });
    lose(chat, 'message:created');
    await post(owner, conversationId, 'lost');
    page.dispatchEvent(new Event(name));
    await until(() => contents(chat, conversationId).length === 1);
  },
);

it('S21 a client that comes back has everything that happened, once and in order', async () => {
  const { conversationId, owner, chat } = await groupWithChat(await startApp());
  const first = await post(owner, conversationId, 'first');
  await until(() => contents(chat, conversationId).length === 1);

  chat.socket.disconnect();
  chat.send(conversationId, 'written while away');
  const texts = Array.from({ length: 30 }, (_, index) => `missed ${index}`);
  for (const text of texts) await post(owner, conversationId, text);
  await edit(owner, first, 'edited');
  chat.socket.connect();
  await until(() => contents(chat, conversationId).length === 32);
  expect(contents(chat, conversationId)).toEqual(['edited', ...texts, 'written while away']);
  const stored = (await owner.get(`/conversations/${conversationId}/messages?limit=100`)).body
    .items;
  expect(chat.timeline(conversationId)?.messages()).toEqual(stored);
  expect(chat.waiting(conversationId)).toEqual([]);
});

it('a client that was away for longer than an answer holds asks until it has all', async () => {
  const app = await startApp();
  const { conversationId, chat } = await groupWithChat(app);
  await seedMessages(app, conversationId, 350);
  await chat.check();
  expect(
    chat
      .timeline(conversationId)
      ?.messages()
      .map(({ seq }) => seq),
  ).toEqual(numbers(350));
});

it('history is loaded page by page up to the first message, around what comes meanwhile', async () => {
  const app = await startApp();
  const { conversationId, owner, user, chat } = await groupWithChat(app);
  chat.close();
  await seedMessages(app, conversationId, 120);
  const later = openChat(app, user);
  await until(() => later.timeline(conversationId) !== undefined);
  const timeline = later.timeline(conversationId)!;
  const api = createApi(app.url, { load: () => user.session, save: () => {} });
  for (let page = 0; page < 4; page += 1) {
    await loadOlder(api, conversationId, timeline);
    await post(owner, conversationId, `meanwhile ${page}`);
  }
  await until(() => timeline.seq === 124);
  expect(timeline.messages().map(({ seq }) => seq)).toEqual(numbers(124));
});

it('a check that begins while another one is under way asks again', async () => {
  const { conversationId, owner, chat } = await groupWithChat(await startApp());
  lose(chat, 'message:created');
  const asked = vi.spyOn(chat.socket, 'emit');
  const first = chat.check();
  const [second, third] = [chat.check(), chat.check()];
  await first;
  await post(owner, conversationId, 'after the first question');
  await Promise.all([second, third]);
  const questions = asked.mock.calls.filter(([name]) => name === 'conversation:heads');
  expect(questions).toHaveLength(2);
});

it('how far the user has read comes from the server, and from what the user sends', async () => {
  const app = await startApp();
  const { conversationId, owner, user, chat } = await groupWithChat(app);
  await post(owner, conversationId, 'one');
  await until(() => contents(chat, conversationId).length === 1);
  expect(chat.timeline(conversationId)?.readSeq).toBe(0);
  chat.send(conversationId, 'two');
  await until(() => chat.timeline(conversationId)?.readSeq === 2);
  await until(async () => (await user.get(`/conversations/${conversationId}`)).body.unread === 0);
  const other = openChat(app, user);
  await until(() => other.timeline(conversationId)?.readSeq === 2);
});

it('a client that is removed forgets the conversation; one that is added has it', async () => {
  const app = await startApp();
  const { conversationId, owner, user, chat } = await groupWithChat(app);
  await owner.delete(`/conversations/${conversationId}/members/${user.id}`);
  await until(() => chat.conversations().length === 0);
  await owner.put(`/conversations/${conversationId}/members/${user.id}`);
  await until(() => chat.conversations().length === 1);
  await post(owner, conversationId, 'welcome back');
  await until(() => contents(chat, conversationId).includes('welcome back'));
});
