import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import { createApi } from '../client/api.ts';
import { createChat, type Chat } from '../client/chat.ts';
import { createOutbox } from '../client/outbox.ts';
import { createTimeline } from '../client/timeline.ts';
import type { SessionView } from '../src/contract/auth.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { startApp, until, type TestApp, type TestUser } from './support/app.ts';

const message = (seq: number, rev = 0, content = `message ${seq}`): MessageView => ({
  id: String(seq).padStart(24, '0'),
  conversationId: 'c',
  seq,
  rev,
  sender: 's',
  content,
  timestamp: '2026-01-01T00:00:00Z',
  clientMessageId: String(seq),
  editedAt: null,
  deletedAt: null,
});

const synced = (
  messages: MessageView[],
  changed: MessageView[],
  nextSeq: number,
  nextRev: number,
) => ({
  conversationId: 'c',
  messages,
  changed,
  nextSeq,
  nextRev,
  lastSeq: nextSeq,
  lastRev: nextRev,
  hasMore: false,
});

it('a cursor stops before a hole and moves over it once it is filled', () => {
  const timeline = createTimeline(0, 0);
  for (const seq of [1, 2, 4, 5]) timeline.created(message(seq));
  expect([timeline.seq, timeline.incomplete]).toEqual([2, true]);
  timeline.created(message(3));
  expect([timeline.seq, timeline.incomplete]).toEqual([5, false]);
  expect(timeline.messages().map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});

it('keeps the state of a message with the higher rev, whichever comes last', () => {
  const timeline = createTimeline(0, 0);
  timeline.created(message(1));
  timeline.changed(message(1, 2, 'second edit'));
  timeline.changed(message(1, 1, 'first edit'));
  timeline.page([message(1)]);
  expect(timeline.messages()[0]!.content).toBe('second edit');
  expect([timeline.rev, timeline.incomplete]).toEqual([2, false]);
});

it('a page of history says what messages are, never where the cursors stand', () => {
  const timeline = createTimeline(5, 0);
  timeline.page([message(9), message(10)]);
  expect([timeline.seq, timeline.incomplete]).toEqual([5, false]);
});

it('a reset forgets what may have changed unseen and keeps what came meanwhile', () => {
  const timeline = createTimeline(0, 0);
  for (const seq of [1, 2, 3]) timeline.created(message(seq));
  timeline.created(message(1_001));
  const answer = { conversationId: 'c', reset: true as const, lastSeq: 1_000, lastRev: 0 };
  timeline.synced({ ...answer, messages: [message(1_000)] }, { seq: 3, rev: 0 });
  expect(timeline.messages().map(({ seq }) => seq)).toEqual([1_000, 1_001]);
  expect([timeline.seq, timeline.incomplete]).toEqual([1_001, false]);
});

it('a reset after a restore forgets what the server does not have any more', () => {
  const timeline = createTimeline(0, 0);
  for (const seq of [1, 2, 3]) timeline.created(message(seq));
  const answer = { conversationId: 'c', reset: true as const, lastSeq: 1, lastRev: 0 };
  timeline.synced({ ...answer, messages: [message(1)] }, { seq: 3, rev: 0 });
  expect(timeline.messages().map(({ seq }) => seq)).toEqual([1]);
  expect(timeline.seq).toBe(1);
});

it('a sync that answers late does not move a cursor back', () => {
  const timeline = createTimeline(0, 0);
  timeline.created(message(2));
  timeline.created(message(1));
  timeline.created(message(3));
  timeline.synced(synced([message(1), message(2)], [], 2, 0), { seq: 0, rev: 0 });
  expect(timeline.seq).toBe(3);
});

it('the outbox sends in order, repeats without a verdict and keeps what was refused', async () => {
  const sent: string[] = [];
  let failures = 2;
  const outbox = createOutbox({
    async send({ content }) {
      sent.push(content);
      if (content === 'a' && failures-- > 0) throw new Error('no acknowledgement');
      if (content === 'b')
        return { ok: false, error: { type: '', title: 'No', status: 403, code: 'forbidden' } };
      return { ok: true, data: { message: message(1), duplicate: false } };
    },
    sent: () => {},
    changed: () => {},
  });
  for (const content of ['a', 'b', 'c']) outbox.add('c', content);
  await until(() => {
    outbox.retryNow();
    return sent.includes('c');
  });
  await until(() => outbox.waiting('c').length === 1);
  expect(sent).toEqual(['a', 'a', 'a', 'b', 'c']);
  expect(outbox.waiting('c')[0]).toMatchObject({ content: 'b', problem: { code: 'forbidden' } });
  outbox.discard(outbox.waiting('c')[0]!);
  expect(outbox.waiting('c')).toEqual([]);
});

/** A chat of a user on a running backend. */
function openChat(app: TestApp, user: TestUser): Chat {
  const chat = createChat({ url: app.url, io, token: async () => user.token });
  onTestFinished(() => chat.close());
  return chat;
}

const contents = (chat: Chat, conversationId: string) =>
  chat
    .timeline(conversationId)
    ?.messages()
    .map(({ content }) => content);

const post = (user: TestUser, conversationId: string, content: string) =>
  user.post(`/conversations/${conversationId}/messages`, {
    clientMessageId: randomUUID(),
    content,
  });

it('S22 a notice that was lost is asked for as soon as the next one shows the hole', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const chat = openChat(app, others[0]!);
  await until(() => chat.timeline(conversationId) !== undefined);
  // The client does not hear the second message.
  const [listener] = chat.socket.listeners('message:created') as ((message: MessageView) => void)[];
  chat.socket.off('message:created');
  chat.socket.on('message:created', (heard) => heard.seq !== 2 && listener!(heard));
  for (const text of ['one', 'two', 'three']) await post(owner, conversationId, text);
  await until(() => contents(chat, conversationId)?.length === 3);
  expect(contents(chat, conversationId)).toEqual(['one', 'two', 'three']);
});

it('S23 the last notice of a burst, lost, is found by the check of the heads', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const chat = openChat(app, others[0]!);
  await until(() => chat.timeline(conversationId) !== undefined);
  chat.socket.off('message:created');
  await post(owner, conversationId, 'lost');
  await chat.check();
  expect(contents(chat, conversationId)).toEqual(['lost']);
});

it('S21 a client that comes back has everything that happened, once and in order', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const chat = openChat(app, others[0]!);
  await until(() => chat.timeline(conversationId) !== undefined);
  const first = (await post(owner, conversationId, 'first')).body.message;
  await until(() => contents(chat, conversationId)?.length === 1);

  chat.socket.disconnect();
  chat.send(conversationId, 'written while away');
  const texts = Array.from({ length: 30 }, (_, index) => `missed ${index}`);
  for (const text of texts) await post(owner, conversationId, text);
  await owner.patch(`/conversations/${conversationId}/messages/${first.id}`, { content: 'edited' });
  chat.socket.connect();
  await until(() => contents(chat, conversationId)?.length === 32);
  expect(contents(chat, conversationId)).toEqual(['edited', ...texts, 'written while away']);
  const stored = (await owner.get(`/conversations/${conversationId}/messages?limit=100`)).body
    .items;
  expect(chat.timeline(conversationId)?.messages()).toEqual(stored);
  expect(chat.waiting(conversationId)).toEqual([]);
});

it('a client that is removed forgets the conversation; one that is added has it', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const chat = openChat(app, others[0]!);
  await until(() => chat.conversations().length === 1);
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  await until(() => chat.conversations().length === 0);
  await owner.put(`/conversations/${conversationId}/members/${others[0]!.id}`);
  await until(() => chat.conversations().length === 1);
  await post(owner, conversationId, 'welcome back');
  await until(() => contents(chat, conversationId)?.includes('welcome back') === true);
});

it('the API keeps a sign-in and renews its token once for all calls', async () => {
  const app = await startApp();
  let kept: SessionView | null = null;
  const api = createApi(app.url, { load: () => kept, save: (session) => void (kept = session) });
  await expect(api.call('GET', '/users/me')).rejects.toMatchObject({
    problem: { code: 'unauthenticated' },
  });
  const session = await api.register({
    username: 'anna',
    email: 'anna@example.com',
    password: 'a quite long password',
  });
  kept = { ...session, accessTokenExpiresAt: new Date(Date.now() + 1_000).toISOString() };
  const later = createApi(app.url, { load: () => kept, save: (next) => void (kept = next) });
  const tokens = await Promise.all([later.token(), later.token(), later.token()]);
  expect(new Set(tokens).size).toBe(1);
  expect(tokens[0]).not.toBe(session.accessToken);
  expect(await later.call('GET', '/users/me')).toMatchObject({ username: 'anna' });
  await later.logout();
  expect([later.session, kept]).toEqual([null, null]);
});
