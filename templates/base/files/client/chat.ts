import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type { Problem } from '../src/contract/errors.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../src/contract/index.ts';
import { createOutbox, type OutgoingMessage } from './outbox.ts';
import { createTimelines } from './repair.ts';
import type { Timeline } from './timeline.ts';

export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** What a chat needs: the library's `io` is passed in, so that a page and Node use their own. */
export interface ChatOptions {
  readonly url: string;
  readonly io: (url: string, options: Partial<ManagerOptions & SocketOptions>) => Socket;
  /** An access token for each connection. */
  readonly token: () => Promise<string>;
  /** Something of a conversation changed: its messages, or what waits to be sent. */
  readonly changed?: (conversationId: string) => void;
  /** The sign-in has ended: nothing comes until there is a new one. */
  readonly refused?: (problem: Problem) => void;
}

/** A live connection whose timelines repair themselves. */
export interface Chat {
  readonly socket: ChatSocket;
  /** The timeline of a conversation the user is in, once the server named it. */
  timeline(conversationId: string): Timeline | undefined;
  conversations(): string[];
  send(conversationId: string, content: string): OutgoingMessage;
  /** What is not acknowledged yet. */
  waiting(conversationId: string): readonly OutgoingMessage[];
  discard(message: OutgoingMessage): void;
  /** Compares all cursors with the server's heads and repairs what is behind. */
  check(): Promise<void>;
  close(): void;
}

/** How often the heads are compared, in milliseconds: finds a lost last notice. */
const checkMs = 60_000;
/** After a refusal the next connect comes about this much later, in milliseconds. */
const returnMs = 3_000;

/**
 * Connects and keeps the timelines of all conversations of the user complete: every message and
 * every change arrives once and in order, by notice or by sync.
 */
export function createChat(options: ChatOptions): Chat {
  const changed = (conversationId: string): void => options.changed?.(conversationId);
  const socket: ChatSocket = options.io(options.url, {
    transports: ['websocket'],
    forceNew: true,
    auth: (give) => {
      options.token().then(
        (token) => give({ token }),
        () => give({}),
      );
    },
  });
  const timelines = createTimelines(socket, changed);
  const outbox = createOutbox({
    send: ({ conversationId, clientMessageId, content }, timeoutMs) =>
      socket
        .timeout(timeoutMs)
        .emitWithAck('message:send', { conversationId, clientMessageId, content }),
    sent: ({ message }) => timelines.take(message, 'created'),
    changed,
  });

  let ownId = '';
  socket.on('ready', ({ userId, heads }) => {
    ownId = userId;
    void timelines.takeHeads(heads);
    outbox.retryNow();
  });
  socket.on('message:created', (message) => timelines.take(message, 'created'));
  socket.on('message:updated', (message) => timelines.take(message, 'changed'));
  socket.on('message:deleted', (message) => timelines.take(message, 'changed'));
  socket.on('sync:required', () => void timelines.check());
  socket.on('conversation:created', () => void timelines.check());
  socket.on('member:removed', ({ conversationId, user }) => {
    if (user.id === ownId) timelines.forget(conversationId);
  });
  socket.on('conversation:deleted', ({ id }) => timelines.forget(id));
  const stopReturning = keepConnected(socket, options);
  const timer = setInterval(() => void timelines.check(), checkMs);

  return {
    socket,
    timeline: (conversationId) => timelines.all.get(conversationId),
    conversations: () => [...timelines.all.keys()],
    send: outbox.add,
    waiting: outbox.waiting,
    discard: outbox.discard,
    check: timelines.check,
    close() {
      clearInterval(timer);
      stopReturning();
      timelines.stop();
      outbox.stop();
      socket.disconnect();
    },
  };
}

/** The library comes back by itself when the network fails, but not when the server says no. */
function keepConnected(socket: ChatSocket, options: ChatOptions): () => void {
  let returning: ReturnType<typeof setTimeout> | undefined;
  const comeBack = (milliseconds: number): void => {
    clearTimeout(returning);
    returning = setTimeout(() => socket.disconnect().connect(), milliseconds);
  };
  const soon = (): number => returnMs * (0.5 + Math.random());

  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') comeBack(soon());
  });
  socket.on('connect_error', (error: Error & { data?: Problem }) => {
    if (error.data?.code === 'unauthenticated') options.refused?.(error.data);
    else if (!socket.active) comeBack(soon());
  });
  socket.on('server:draining', ({ reconnectInMs }) => comeBack(reconnectInMs));
  socket.on('auth:expiring', () => {
    // Without a new token the server closes the socket, and the next connect says why.
    options.token().then(
      (token) => socket.emit('auth:refresh', { token }, () => {}),
      () => {},
    );
  });
  return () => clearTimeout(returning);
}
