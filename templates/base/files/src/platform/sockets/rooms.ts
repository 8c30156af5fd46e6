import { rooms, type RoomApi } from './socket-api.ts';
import type { ServerSocket, SocketNode } from './types.ts';

type RoomEvent = 'room:join' | 'room:leave' | 'room:empty' | 'device:close';
type Ids = readonly [string, string];
type Node = Pick<SocketNode, 'io' | 'cluster' | 'events'>;

/** Changes rooms on this node at once, and on all others before the promise resolves. */
export class SocketRooms implements RoomApi {
  readonly #node: Node;
  /** What each event changes on one node. */
  readonly #here: Readonly<Record<RoomEvent, (ids: Ids) => void>> = {
    'room:join': ([userId, conversationId]) => {
      const room = rooms.conversation(conversationId);
      for (const socket of this.#socketsOf(userId)) {
        void socket.join(room);
        socket.data.leftRooms?.delete(room);
      }
    },
    'room:leave': ([userId, conversationId]) =>
      leaveAll(this.#socketsOf(userId), rooms.conversation(conversationId)),
    'room:empty': ([conversationId]) =>
      // Those who connect are in no room yet.
      leaveAll(this.#node.io.of('/').sockets.values(), rooms.conversation(conversationId)),
    'device:close': ([deviceId]) => this.#closeHere(deviceId),
  };

  constructor(node: Node) {
    this.#node = node;
    for (const [event, change] of Object.entries(this.#here))
      node.cluster.subscribe(event, (data) => change(data as Ids));
  }

  joinRoom(userId: string, conversationId: string): Promise<void> {
    return this.#everywhere('room:join', [userId, conversationId]);
  }

  leaveRoom(userId: string, conversationId: string): Promise<void> {
    return this.#everywhere('room:leave', [userId, conversationId]);
  }

  emptyRoom(conversationId: string): Promise<void> {
    return this.#everywhere('room:empty', [conversationId, '']);
  }

  closeDevice(deviceId: string): Promise<void> {
    return this.#everywhere('device:close', [deviceId, '']);
  }

  #everywhere(event: RoomEvent, ids: Ids): Promise<void> {
    this.#here[event](ids);
    return this.#node.cluster.request(event, ids);
  }

  /** The sockets of a user on this node. */
  #socketsOf(userId: string): ServerSocket[] {
    const { adapter, sockets } = this.#node.io.of('/');
    const ids = adapter.rooms.get(rooms.user(userId)) ?? [];
    return [...ids].flatMap((id) => sockets.get(id) ?? []);
  }

  #closeHere(deviceId: string): void {
    this.#node.events.emit('device:closed', { deviceId });
    // Rare: a room for each device would cost every connection memory.
    for (const socket of this.#node.io.of('/').sockets.values())
      if (socket.data.caller.deviceId === deviceId) {
        socket.emit('device:revoked', {});
        socket.disconnect(true);
      }
  }
}

function leaveAll(sockets: Iterable<ServerSocket>, room: string): void {
  for (const socket of sockets) {
    void socket.leave(room);
    socket.data.leftRooms?.add(room);
  }
}
