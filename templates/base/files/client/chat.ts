import { createConnection, type ChatSocket, type ConnectionOptions } from './connection.ts';
import { createOutbox, type OutgoingMessage, type Sent } from './outbox.ts';
import { createTimelines } from './repair.ts';
import type { Timeline } from './timeline.ts';

/** What a chat needs. */
export interface ChatOptions extends ConnectionOptions {
  /** Something of a conversation changed: its messages, or what waits to be sent. */
  readonly changed?: (conversationId: string) => void;
  /** The page's `window`: when its user comes back to it, the cursors are compared. */
  readonly page?: EventTarget;
}

/** A live connection whose timelines repair themselves. */
export interface Chat {
  readonly socket: ChatSocket;
  /** The timeline of a conversation the user is in, once the server named it. */
  timeline(conversationId: string): Timeline | undefined;
  conversations(): string[];
  send(conversationId: string, content: string, sent?: Sent): OutgoingMessage;
  /** What is not acknowledged yet. */
  waiting(conversationId: string): readonly OutgoingMessage[];
  /** Drops a refused message. */
  discard(message: OutgoingMessage): void;
  /** Tries a refused message again. */
  retry(message: OutgoingMessage): void;
  /** Compares all cursors with the server's heads and repairs what is behind. */
  check(): Promise<void>;
  close(): void;
}

/** How often the heads are compared, in milliseconds: finds a lost last notice. */
const checkMs = 60_000;
const returns = ['focus', 'visibilitychange', 'online'];

/**
 * Connects and keeps the timelines of all conversations of the user complete: every message and
 * every change arrives once and in order, by notice or by sync.
 */
export function createChat(options: ChatOptions): Chat {
  const changed = (conversationId: string): void => options.changed?.(conversationId);
  const { socket, close } = createConnection(options);
  const timelines = createTimelines(socket, changed);
  const outbox = createOutbox({
    send: ({ conversationId, id, content, sent }, timeoutMs) =>
      socket
        .timeout(timeoutMs)
        .emitWithAck('message:send', { ...sent, conversationId, id, content }),
    sent: ({ message }) => timelines.take(message, 'created'),
    changed,
  });
  const check = (): void => void timelines.check();

  let ownId = '';
  socket.on('ready', ({ userId, heads }) => {
    ownId = userId;
    void timelines.takeHeads(heads);
    outbox.retryNow();
  });
  socket.on('message:created', (message) => {
    if (message.sender === ownId) {
      outbox.noticed(message);
      timelines.all.get(message.conversationId)?.read(message.seq);
    }
    timelines.take(message, 'created');
  });
  socket.on('message:updated', (message) => timelines.take(message, 'changed'));
  socket.on('message:deleted', (message) => timelines.take(message, 'changed'));
  socket.on('sync:required', check);
  socket.on('conversation:created', check);
  socket.on('member:removed', ({ conversationId, user }) => {
    if (user.id === ownId) timelines.forget(conversationId);
  });
  socket.on('conversation:deleted', ({ id }) => timelines.forget(id));
  const timer = setInterval(check, checkMs);
  for (const name of returns) options.page?.addEventListener(name, check);

  return {
    socket,
    timeline: (conversationId) => timelines.all.get(conversationId),
    conversations: () => [...timelines.all.keys()],
    send: outbox.add,
    waiting: outbox.waiting,
    discard: outbox.discard,
    retry: outbox.retry,
    check: timelines.check,
    close() {
      clearInterval(timer);
      for (const name of returns) options.page?.removeEventListener(name, check);
      timelines.stop();
      outbox.stop();
      close();
    },
  };
}
