import type { Socket } from 'socket.io-client';
import type { Chat } from '../client/chat.ts';

/** What comes and goes: who writes, who is here, how far was read; as far as the server has it. */
export interface Signals {
  /** Who writes in a conversation now. */
  typing(conversationId: string): string[];
  isOnline(userId: string): boolean;
  /** Says that the user writes, at most every few seconds. */
  type(conversationId: string): void;
  /** A message was sent: the next one is written anew. */
  sent(): void;
  read(conversationId: string, seq: number): void;
  /** Follows the presence of a user. */
  watch(userId: string): void;
}

/** How often others hear that somebody still writes, in milliseconds. */
const typeEveryMs = 3_000;

/** Asks which commands this backend has and uses what is there. */
export async function createSignals(chat: Chat, changed: () => void): Promise<Signals> {
  const commands = new Set((await (await fetch('/demo/commands.json')).json()) as string[]);
  // These events belong to features that this project may not have: they are not in its types.
  const socket = chat.socket as unknown as Socket;
  const writers = new Map<string, Map<string, number>>();
  const online = new Set<string>();
  const watched = new Set<string>();
  let typedAt = 0;

  function command(name: string, payload: unknown, done: (data: never) => void = () => {}): void {
    if (!commands.has(name) || !socket.connected) return;
    socket.emit(name, payload, (answer: { ok: boolean; data: never }) => {
      if (answer.ok) done(answer.data);
    });
  }

  function follow(userIds: string[]): void {
    if (userIds.length === 0) return;
    command('presence:subscribe', { userIds }, ({ presences }: { presences: Presence[] }) =>
      presences.forEach(show),
    );
  }

  function show({ userId, status }: Presence): void {
    if (status === 'online') online.add(userId);
    else online.delete(userId);
    changed();
  }

  socket.on('ready', () => follow([...watched].slice(0, 100)));
  socket.on('presence:updated', show);
  socket.on('typing:updated', ({ conversationId, userId, isTyping, expiresInMs }: TypingNotice) => {
    const inConversation = writers.get(conversationId) ?? new Map<string, number>();
    writers.set(conversationId, inConversation);
    if (isTyping) inConversation.set(userId, Date.now() + expiresInMs);
    else inConversation.delete(userId);
    // The end may be lost on the way.
    if (isTyping) setTimeout(changed, expiresInMs + 100);
    changed();
  });

  return {
    typing: (conversationId) =>
      [...(writers.get(conversationId) ?? [])]
        .filter(([, until]) => until > Date.now())
        .map(([userId]) => userId),
    isOnline: (userId) => online.has(userId),
    type(conversationId) {
      if (Date.now() - typedAt < typeEveryMs) return;
      typedAt = Date.now();
      command('typing:start', { conversationId });
    },
    sent: () => void (typedAt = 0),
    read: (conversationId, seq) => command('receipt:read', { conversationId, seq }),
    watch(userId) {
      if (watched.has(userId)) return;
      watched.add(userId);
      follow([userId]);
    },
  };
}

interface Presence {
  userId: string;
  status: 'online' | 'offline';
}

interface TypingNotice {
  conversationId: string;
  userId: string;
  isTyping: boolean;
  expiresInMs: number;
}
