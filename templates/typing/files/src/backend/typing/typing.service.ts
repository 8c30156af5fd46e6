import { limits } from '../../configs/limits.ts';
import type { Access } from '../shared/access.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { rooms, type Notifier, type SocketCaller } from '../../platform/sockets/socket-api.ts';

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

interface Ports {
  readonly access: Access;
  readonly clock: Clock;
  readonly notifier: Notifier;
}

/** Who writes where, as far as this node's own sockets go; nothing is stored. */
export class Typing {
  readonly #ports: Ports;
  readonly #writers = new Map<string, Writer>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** @throws AppError as `Access.require`; silent where typing is not shown. */
  async start(conversationId: string, { userId, socketId }: SocketCaller): Promise<void> {
    const { access, clock } = this.#ports;
    const { blocked, memberCount } = await access.require(userId, conversationId, 'signal');
    if (blocked || memberCount > limits.conversation.quietAboveMembers) return;
    const key = keyOf(conversationId, userId);
    const now = clock.now().getTime();
    const known = this.#writers.get(key);
    if (known !== undefined) clearTimeout(known.timer);
    const isDue = known === undefined || now - known.noticedAt >= noticeEveryMs;
    const timer = setTimeout(() => this.stop(conversationId, userId), expiresInMs);
    const noticedAt = isDue ? now : known.noticedAt;
    const writer = { conversationId, userId, socketId, noticedAt, timer };
    this.#writers.set(key, writer);
    if (isDue) this.#notice(writer, true);
  }

  /** Ends it; nothing happens when nobody was writing. */
  stop(conversationId: string, userId: string): void {
    const key = keyOf(conversationId, userId);
    const writer = this.#writers.get(key);
    if (writer === undefined) return;
    clearTimeout(writer.timer);
    this.#writers.delete(key);
    this.#notice(writer, false);
  }

  /** Ends what a closed socket started. */
  disconnected(socketId: string): void {
    for (const writer of this.#writers.values())
      if (writer.socketId === socketId) this.stop(writer.conversationId, writer.userId);
  }

  close(): void {
    for (const writer of this.#writers.values()) clearTimeout(writer.timer);
    this.#writers.clear();
  }

  #notice(writer: Writer, isTyping: boolean): void {
    this.#notify(writer, isTyping).catch(() => {}); // a notice may be lost, and the client ends it by itself
  }

  async #notify({ conversationId, userId }: Writer, isTyping: boolean): Promise<void> {
    const excluded = await this.#ports.access.blockedIn(conversationId, userId);
    this.#ports.notifier.notify(
      {
        room: rooms.conversation(conversationId),
        name: 'typing:updated',
        payload: { conversationId, userId, isTyping, expiresInMs: isTyping ? expiresInMs : 0 },
      },
      // Whoever does not hear of the start misses nothing; the end must arrive.
      { volatile: isTyping, except: [userId, ...excluded].map(rooms.user) },
    );
  }
}

const keyOf = (conversationId: string, userId: string): string => `${conversationId} ${userId}`;
