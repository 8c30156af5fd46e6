import { limits } from '../../configs/limits.ts';
import { rooms, type Cluster, type ConnectReads, type OwnMembership } from './hub.ts';
import type { ServerSocket, SocketPorts, SocketServer } from './index.ts';

const { socket: limit } = limits;

/** A socket in a conversation's room. */
interface Place {
  readonly socket: ServerSocket;
  readonly conversationId: string;
}

/**
 * Looks again and again whether the devices of open sockets are signed in and their users still
 * members. This bounds how long a revocation or a removal can go on that this node did not hear of:
 * the network between nodes may be away. Returns the way to stop.
 */
export function startRecheck(
  { log, events, timers }: Pick<SocketPorts, 'log' | 'events' | 'timers'>,
  io: SocketServer,
  cluster: Pick<Cluster, 'hasPeers'>,
  reads: () => ConnectReads | undefined,
): () => void {
  let isRunning = false;
  let waitedMs = 0;

  async function recheck({ activeDevices, membershipsOf }: ConnectReads): Promise<void> {
    const sockets = [...io.of('/').sockets.values()];
    if (sockets.length === 0) return;
    const [devices, memberships] = await Promise.all([
      activeDevices(unique(sockets.map((socket) => socket.data.caller.deviceId))),
      membershipsOf(unique(sockets.map(userOf))),
    ]);
    for (const socket of sockets)
      if (!devices.has(socket.data.caller.deviceId)) {
        socket.emit('device:revoked', {});
        socket.disconnect(true);
      }
    const suspects = withoutMembership(memberships, sockets.flatMap(placesOf));
    if (suspects.length === 0) return;
    // Who was added while that read was under way is in the room with good reason.
    const users = unique(suspects.map(({ socket }) => userOf(socket)));
    const lost = withoutMembership(await membershipsOf(users), suspects);
    for (const { socket, conversationId } of lost) {
      void socket.leave(rooms.conversation(conversationId));
      events.tell('member:removed', { conversationId, userId: userOf(socket) });
    }
  }

  return timers.every(limit.revalidateMs, () => {
    const given = reads();
    waitedMs += limit.revalidateMs;
    // Alone a node hears of everything, or it would not be alone.
    const isDue = cluster.hasPeers || waitedMs >= limit.revalidateAloneMs;
    if (given === undefined || isRunning || !isDue) return;
    isRunning = true;
    waitedMs = 0;
    recheck(given)
      .catch((error: unknown) => log.warn({ err: error }, 'a re-check failed'))
      .finally(() => (isRunning = false));
  });
}

function placesOf(socket: ServerSocket): Place[] {
  const prefix = rooms.conversation('');
  return [...socket.rooms]
    .filter((room) => room.startsWith(prefix))
    .map((room) => ({ socket, conversationId: room.slice(prefix.length) }));
}

/** Those of the places where the user of the socket is no member. */
function withoutMembership(
  memberships: ReadonlyMap<string, readonly OwnMembership[]>,
  places: readonly Place[],
): Place[] {
  const rightful = new Set(
    [...memberships].flatMap(([userId, own]) =>
      own.map(({ conversationId }) => `${conversationId} ${userId}`),
    ),
  );
  return places.filter(
    ({ socket, conversationId }) => !rightful.has(`${conversationId} ${userOf(socket)}`),
  );
}

const userOf = (socket: ServerSocket): string => socket.data.caller.userId;
const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
