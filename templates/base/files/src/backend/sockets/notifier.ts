import type { Socket as NetSocket } from 'node:net';
import type { Cluster, Notice, Notifier } from './hub.ts';
import type { SocketServer } from './index.ts';

const clusterEvent = 'notices';

/** Creates the way from the server to its clients. */
export function createNotifier(io: SocketServer, cluster: Cluster): Notifier {
  function emitLocally(notices: readonly Notice[]): void {
    const release = cork(io, new Set(notices.map((notice) => notice.room)));
    for (const notice of notices) emit(io.local.to(notice.room), notice);
    // The acknowledgements that follow in this turn of the event loop leave with the same write.
    setImmediate(release);
  }

  cluster.hear(clusterEvent, (data) => emitLocally(data as Notice[]));

  return {
    notify(notice, options = {}) {
      let target = io.to(notice.room);
      if (options.except !== undefined) target = target.except(options.except);
      emit(options.volatile ? target.volatile : target, notice);
    },
    notifyAll(notices) {
      if (notices.length === 0) return;
      emitLocally(notices);
      cluster.tell(clusterEvent, notices);
    },
  };
}

/** Name and payload of a notice fit together; Socket.IO's types want one name at a time. */
function emit(target: { emit: unknown }, notice: Notice): void {
  const untyped = target as { emit(name: string, payload: unknown): void };
  untyped.emit(notice.name, notice.payload);
}

/**
 * Holds the writes of all sockets in the rooms back until the returned function is called, so that a
 * batch leaves each of them as one write.
 *
 * The connection below a WebSocket is no public property; where it is not found, nothing is held.
 */
function cork(io: SocketServer, rooms: ReadonlySet<string>): () => void {
  const held = new Set<NetSocket>();
  for (const room of rooms)
    for (const id of io.of('/').adapter.rooms.get(room) ?? []) {
      const transport = io.of('/').sockets.get(id)?.conn.transport as
        { socket?: { _socket?: NetSocket } } | undefined;
      const connection = transport?.socket?._socket;
      if (connection === undefined || held.has(connection)) continue;
      connection.cork();
      held.add(connection);
    }
  return () => held.forEach((connection) => connection.uncork());
}
