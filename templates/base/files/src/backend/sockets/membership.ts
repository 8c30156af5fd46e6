import { rooms, type Cluster, type Membership } from './hub.ts';
import type { SocketPorts, SocketServer } from './index.ts';

/** Changes rooms on this node at once, and on all others before the promise resolves. */
export function createMembership(
  { events }: Pick<SocketPorts, 'events'>,
  io: SocketServer,
  cluster: Cluster,
): Membership {
  const here = {
    'room:join': ([userId, conversationId]: Pair) =>
      io.local.in(rooms.user(userId)).socketsJoin(rooms.conversation(conversationId)),
    'room:leave': ([userId, conversationId]: Pair) =>
      io.local.in(rooms.user(userId)).socketsLeave(rooms.conversation(conversationId)),
    'room:empty': ([conversationId]: Pair) =>
      io.local.socketsLeave(rooms.conversation(conversationId)),
    'device:close': ([deviceId]: Pair) => {
      events.tell('device:closed', { deviceId });
      // Rare: a room for each device would cost every connection memory.
      for (const socket of io.of('/').sockets.values())
        if (socket.data.caller.deviceId === deviceId) {
          socket.emit('device:revoked', {});
          socket.disconnect(true);
        }
    },
  };
  for (const [event, change] of Object.entries(here))
    cluster.hear(event, (data) => change(data as Pair));

  function everywhere(event: keyof typeof here, pair: Pair): Promise<void> {
    here[event](pair);
    return cluster.ask(event, pair);
  }

  return {
    join: (userId, conversationId) => everywhere('room:join', [userId, conversationId]),
    leave: (userId, conversationId) => everywhere('room:leave', [userId, conversationId]),
    empty: (conversationId) => everywhere('room:empty', [conversationId, '']),
    closeDevice: (deviceId) => everywhere('device:close', [deviceId, '']),
  };
}

type Pair = readonly [string, string];
