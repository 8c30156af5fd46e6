import type { Socket as NetSocket } from 'node:net';
import type { Cluster, Notice, NoticeOptions, Notifier } from './hub.ts';
import type { SocketServer } from './index.ts';

const clusterEvent = 'notices';
const noticesAtOnce = 50; // in one message to other nodes, so that none is above a megabyte

/** Creates the way from the server to its clients. */
export function createNotifier(io: SocketServer, cluster: Cluster): Notifier {
  function emitLocally(notices: readonly Notice[], { volatile, except }: NoticeOptions): void {
    const release = cork(io, new Set(notices.map((notice) => notice.room)));
    for (const notice of notices) {
      let target = io.local.to(notice.room);
      if (except !== undefined) target = target.except(except);
      emit(volatile ? target.volatile : target, notice);
    }
    // The acknowledgements that follow in this turn of the event loop leave with the same write.
    setImmediate(release);
  }

  function notifyAll(notices: readonly Notice[], options: NoticeOptions = {}): void {
    if (notices.length === 0) return;
    emitLocally(notices, options);
    for (let start = 0; start < notices.length && cluster.hasPeers; start += noticesAtOnce)
      cluster.tell(clusterEvent, [notices.slice(start, start + noticesAtOnce), options]);
  }

  cluster.hear(clusterEvent, (data) => emitLocally(...(data as [Notice[], NoticeOptions])));

  return { notify: (notice, options) => notifyAll([notice], options), notifyAll };
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
