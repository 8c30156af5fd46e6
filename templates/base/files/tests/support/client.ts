import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { createChat, type Chat, type ChatOptions } from '../../client/chat.ts';
import type { Numbers } from '../../client/timeline.ts';
import { toNewMessage } from '../../src/backend/messages/views.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { until, type TestApp, type TestUser } from './app.ts';
import { onTestFinished } from './finish.ts';
import { idOf } from '../../tools/derived-id.ts';

/** A chat of a user on a running backend; it ends with the test. */
export function openChat(app: TestApp, user: TestUser, options: Partial<ChatOptions> = {}): Chat {
  const chat = createChat({ url: app.url, io, token: async () => user.token, ...options });
  onTestFinished(() => chat.close());
  return chat;
}

/** A group whose second member uses the client, connected. */
export async function groupWithChat(app: TestApp, options: Partial<ChatOptions> = {}) {
  const { conversationId, owner, others } = await app.group(2);
  const chat = openChat(app, others[0]!, options);
  await until(() => chat.timeline(conversationId) !== undefined);
  return { conversationId, owner, user: others[0]!, chat };
}

/** What a client shows of a conversation. */
export const contents = (chat: Chat, conversationId: string): (string | null)[] =>
  chat
    .timeline(conversationId)
    ?.messages()
    .map(({ content }) => content) ?? [];

/** Sends a message over HTTP and returns it. */
export async function post(
  user: TestUser,
  conversationId: string,
  content: string,
): Promise<MessageView> {
  const message = { id: randomUUID(), content };
  return (await user.post(`/conversations/${conversationId}/messages`, message)).body.message;
}

/** Changes a message over HTTP. */
export const edit = (user: TestUser, { conversationId, id }: MessageView, content: string) =>
  user.patch(`/conversations/${conversationId}/messages/${id}`, { content });

/** The client does not hear this notice while `isLost` says so. */
export function lose(
  chat: Chat,
  notice: 'message:created' | 'message:updated',
  isLost: (message: MessageView) => boolean = () => true,
): void {
  const [listener] = chat.socket.listeners(notice) as ((message: MessageView) => void)[];
  chat.socket.off(notice);
  chat.socket.on(notice, (heard) => {
    if (!isLost(heard)) listener!(heard);
  });
}

/** A message as a server might have it. */
export const message = (seq: number, rev = 0, content = `message ${seq}`): MessageView => ({
  ...toNewMessage(
    { id: idOf(String(seq)), conversationId: 'c', sender: 's', content },
    seq,
    new Date('2026-01-01'),
  ),
  rev,
});

/** The answer to a sync that brings the client to these numbers. */
export const synced = (messages: MessageView[], changed: MessageView[], { seq, rev }: Numbers) => ({
  conversationId: 'c',
  messages,
  changed,
  nextSeq: seq,
  nextRev: rev,
  lastSeq: seq,
  lastRev: rev,
  hasMore: false,
});
