import type { Socket } from 'socket.io-client';
import type { ChatSocket } from '../client/connection.ts';

/** Whether a user is here, and since when not. */
export interface Presence {
  readonly userId: string;
  readonly status: 'online' | 'offline';
  readonly lastSeenAt: string | null;
}

/** What comes and goes: who writes, who is here, how far was read; as far as the server has it. */
export interface Signals {
  /** Whether this backend keeps how far its users have read. */
  readonly hasReceipts: boolean;
  /** Who writes in a conversation now. */
  typing(conversationId: string): string[];
  presence(userId: string): Presence | undefined;
  /** How far others have read: a place for each user. */
  readBy(conversationId: string): ReadonlyMap<string, number>;
  /** Says that the user writes, at most every few seconds, or has stopped. */
  type(conversationId: string, isTyping: boolean): void;
  /** A message was sent, which says by itself that its writing has ended. */
  sent(): void;
  /** Says how far the user has read; soon, and once for all that is read until then. */
  read(conversationId: string, seq: number): void;
  /** Takes how far a user had read when it was asked for. */
  hadRead(conversationId: string, userId: string, seq: number): void;
  /** Follows the presence of these users and of no others. */
  watch(userIds: ReadonlySet<string>): void;
}

/** How often others hear that somebody still writes, in milliseconds. */
const typeEveryMs = 3_000;
const readEveryMs = 500;
const usersPerCommand = 100;

/** Uses those commands that this backend has: their features may be left out of a project. */
export function createSignals(
  chatSocket: ChatSocket,
  commands: ReadonlySet<string>,
  changed: () => void,
): Signals {
  // These events are not in the types of a project without their features.
  const socket = chatSocket as unknown as Socket;
  const writers = new Map<string, Map<string, number>>();
  const presences = new Map<string, Presence>();
  const marks = new Map<string, Map<string, number>>();
  const unsaid = new Map<string, number>();
  let watched: ReadonlySet<string> = new Set();
  let typing: { conversationId: string; at: number } | undefined;
  let saying: ReturnType<typeof setTimeout> | undefined;

  // Nobody says who has left, or stopped writing, while nothing comes through.
  const isConnected = (): boolean => socket.connected && navigator.onLine;

  function command(name: string, payload: object, done?: (data: Presences) => void): void {
    if (!commands.has(name) || !socket.connected) return;
    socket.emit(name, payload, (answer: { ok: boolean; data: Presences }) => {
      if (answer.ok) done?.(answer.data);
    });
  }

  function follow(name: `presence:${string}`, userIds: readonly string[]): void {
    for (let start = 0; start < userIds.length; start += usersPerCommand)
      command(name, { userIds: userIds.slice(start, start + usersPerCommand) }, (data) =>
        data.presences.forEach(show),
      );
  }

  function show(presence: Presence): void {
    presences.set(presence.userId, presence);
    changed();
  }

  function hadRead(conversationId: string, userId: string, seq: number): void {
    const inConversation = marks.get(conversationId) ?? new Map<string, number>();
    marks.set(conversationId, inConversation);
    inConversation.set(userId, Math.max(seq, inConversation.get(userId) ?? 0));
  }

  socket.on('ready', () => follow('presence:subscribe', [...watched]));
  socket.on('disconnect', () => {
    presences.clear();
    writers.clear();
    changed();
  });
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
  socket.on('receipt:updated', ({ conversationId, userId, readSeq }: ReceiptNotice) => {
    hadRead(conversationId, userId, readSeq);
    changed();
  });

  return {
    hasReceipts: commands.has('receipt:read'),
    typing: (conversationId) =>
      [...(writers.get(conversationId) ?? [])]
        .filter(([, until]) => until > Date.now() && isConnected())
        .map(([userId]) => userId),
    presence: (userId) => (isConnected() ? presences.get(userId) : undefined),
    readBy: (conversationId) => marks.get(conversationId) ?? new Map<string, number>(),
    type(conversationId, isTyping) {
      const isSaid = typing?.conversationId === conversationId;
      if (!isTyping && isSaid) command('typing:stop', { conversationId });
      const isDue = !isSaid || Date.now() - (typing?.at ?? 0) > typeEveryMs;
      if (!isTyping) typing = undefined;
      else if (isDue) {
        typing = { conversationId, at: Date.now() };
        command('typing:start', { conversationId });
      }
    },
    sent: () => void (typing = undefined),
    read(conversationId, seq) {
      unsaid.set(conversationId, seq);
      saying ??= setTimeout(() => {
        saying = undefined;
        for (const [id, upTo] of unsaid) command('receipt:read', { conversationId: id, seq: upTo });
        unsaid.clear();
      }, readEveryMs);
    },
    hadRead,
    watch(userIds) {
      const before = watched;
      watched = new Set(userIds);
      const isNew = (id: string): boolean => !before.has(id);
      const isGone = (id: string): boolean => !watched.has(id);
      follow('presence:subscribe', [...watched].filter(isNew));
      follow('presence:unsubscribe', [...before].filter(isGone));
    },
  };
}

interface Presences {
  readonly presences: readonly Presence[];
}

interface TypingNotice {
  readonly conversationId: string;
  readonly userId: string;
  readonly isTyping: boolean;
  readonly expiresInMs: number;
}

interface ReceiptNotice {
  readonly conversationId: string;
  readonly userId: string;
  readonly readSeq: number;
}
