import { limits } from '../../../configs/limits.ts';
import type { Access } from '../../shared/access.ts';
import type { Clock } from '../../shared/clock.ts';
import { rooms, type Notifier, type SocketCaller } from '../../sockets/hub.ts';

/** Without another word somebody stops writing after this time, in milliseconds. */
const expiresInMs = 6_000;
/** Others hear that somebody is still writing at most this often, in milliseconds. */
const noticeEveryMs = 3_000;

interface Writer {
  readonly conversationId: string;
  readonly userId: string;
  socketId: string;
  noticedAt: number;
  timer: NodeJS.Timeout;
}

/** Who writes where, as far as this node's own sockets go; nothing is stored. */
export interface Typing {
  /** @throws AppError as `Access.room`; silent where typing is not shown. */
  start(conversationId: string, caller: SocketCaller): Promise<void>;
  /** Ends it; nothing happens when nobody was writing. */
  stop(conversationId: string, userId: string): void;
  /** Ends what a closed socket started. */
  disconnected(socketId: string): void;
  close(): void;
}

/** Creates the typing service of one node. */
export function createTyping(ports: {
  readonly access: Access;
  readonly clock: Clock;
  readonly notifier: Notifier;
}): Typing {
  const writers = new Map<string, Writer>();
  const keyOf = (conversationId: string, userId: string): string => `${conversationId} ${userId}`;

  function notice({ conversationId, userId }: Writer, isTyping: boolean): void {
    ports.notifier.notify(
      {
        room: rooms.conversation(conversationId),
        name: 'typing:updated',
        payload: { conversationId, userId, isTyping, expiresInMs: isTyping ? expiresInMs : 0 },
      },
      // Whoever does not hear of the start misses nothing; the end must arrive.
      { volatile: isTyping, except: rooms.user(userId) },
    );
  }

  function stop(conversationId: string, userId: string): void {
    const key = keyOf(conversationId, userId);
    const writer = writers.get(key);
    if (writer === undefined) return;
    clearTimeout(writer.timer);
    writers.delete(key);
    notice(writer, false);
  }

  return {
    async start(conversationId, { userId, socketId }) {
      const room = await ports.access.room(userId, conversationId, 'signal');
      if (room.blocked || room.memberCount > limits.conversation.quietAboveMembers) return;
      const key = keyOf(conversationId, userId);
      const now = ports.clock.now().getTime();
      const known = writers.get(key);
      if (known !== undefined) clearTimeout(known.timer);
      const isDue = known === undefined || now - known.noticedAt >= noticeEveryMs;
      const timer = setTimeout(() => stop(conversationId, userId), expiresInMs);
      const noticedAt = isDue ? now : known.noticedAt;
      const writer = { conversationId, userId, socketId, noticedAt, timer };
      writers.set(key, writer);
      if (isDue) notice(writer, true);
    },
    stop,
    disconnected(socketId) {
      for (const writer of writers.values())
        if (writer.socketId === socketId) stop(writer.conversationId, writer.userId);
    },
    close() {
      for (const writer of writers.values()) clearTimeout(writer.timer);
      writers.clear();
    },
  };
}
