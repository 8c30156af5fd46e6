import { limits } from '../../configs/limits.ts';
import { rooms, type Cluster, type ConnectReads, type OwnMembership } from './socket-api.ts';
import type { ServerSocket, SocketNode } from './types.ts';

const { socket: limit } = limits;

/** A socket in a conversation's room. */
interface RoomSocket {
  readonly socket: ServerSocket;
  readonly conversationId: string;
}

type Node = Omit<SocketNode, 'clock'>;

/** For how long a node may believe what it has not looked at again; alone it misses nothing. */
export const revalidationMs = ({ hasPeers }: Pick<Cluster, 'hasPeers'>): number =>
  hasPeers ? limit.revalidateMs : limit.revalidateAloneMs;

/**
 * Looks again and again whether the devices of open sockets are signed in and their users still
 * members. This bounds how long a revocation or a removal that this node missed can stay without
 * effect: the network between nodes may be down.
 */
export class Revalidation {
  readonly #node: Node;
  readonly #reads: ConnectReads;
  /** Ends it. */
  readonly stop: () => void;
  #isRunning = false;
  #waitedMs = 0;

  constructor(node: Node, reads: ConnectReads) {
    this.#node = node;
    this.#reads = reads;
    this.stop = node.timers.every(limit.revalidateMs, () => this.#look());
  }

  #look(): void {
    this.#waitedMs += limit.revalidateMs;
    const isDue = this.#waitedMs >= revalidationMs(this.#node.cluster);
    if (this.#isRunning || !isDue) return;
    this.#isRunning = true;
    this.#waitedMs = 0;
    this.#revalidate()
      .catch((error: unknown) => this.#node.log.warn({ err: error }, 'a revalidation failed'))
      .finally(() => (this.#isRunning = false));
  }

  async #revalidate(): Promise<void> {
    const sockets = [...this.#node.io.of('/').sockets.values()];
    if (sockets.length === 0) return;
    const [devices, memberships] = await Promise.all([
      this.#reads.activeDevices(unique(sockets.map((socket) => socket.data.caller.deviceId))),
      this.#reads.membershipsOf(unique(sockets.map(userOf))),
    ]);
    for (const socket of sockets)
      if (!devices.has(socket.data.caller.deviceId)) {
        socket.emit('device:revoked', {});
        socket.disconnect(true);
      }
    const suspects = withoutMembership(memberships, sockets.flatMap(roomSocketsOf));
    if (suspects.length === 0) return;
    // Whoever was added while that read was under way is in the room for good reason.
    const users = unique(suspects.map(({ socket }) => userOf(socket)));
    const lost = withoutMembership(await this.#reads.membershipsOf(users), suspects);
    for (const { socket, conversationId } of lost) {
      void socket.leave(rooms.conversation(conversationId));
      this.#node.events.emit('member:removed', { conversationId, userId: userOf(socket) });
    }
  }
}

function roomSocketsOf(socket: ServerSocket): RoomSocket[] {
  const prefix = rooms.conversation('');
  return [...socket.rooms]
    .filter((room) => room.startsWith(prefix))
    .map((room) => ({ socket, conversationId: room.slice(prefix.length) }));
}

/** Those whose user is not a member of the conversation. */
function withoutMembership(
  memberships: ReadonlyMap<string, readonly OwnMembership[]>,
  roomSockets: readonly RoomSocket[],
): RoomSocket[] {
  const rightful = new Set(
    [...memberships].flatMap(([userId, own]) =>
      own.map(({ conversationId }) => `${conversationId} ${userId}`),
    ),
  );
  return roomSockets.filter(
    ({ socket, conversationId }) => !rightful.has(`${conversationId} ${userOf(socket)}`),
  );
}

const userOf = (socket: ServerSocket): string => socket.data.caller.userId;
const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
