import type { Socket as NetSocket } from 'node:net';
import type { Cluster, Notice, NoticeOptions, Notifier } from './hub.ts';
import type { SocketServer } from './index.ts';

const clusterEvent = 'notices';
const eventPacket = 2; // of the protocol of Socket.IO
const noticesAtOnce = 50; // in one message to other nodes, so that none is above a megabyte

/** Creates the way from the server to its clients. */
export function createNotifier(io: SocketServer, cluster: Cluster): Notifier {
  function emitLocally(
    notices: readonly Notice[],
    { volatile = false, except }: NoticeOptions,
  ): void {
    // A volatile notice is dropped where the transport is busy.
    const rooms = new Set(volatile ? [] : notices.map((notice) => notice.room));
    const release = hold(io, rooms);
    const { adapter } = io.of('/');
    const silent = new Set(except === undefined ? [] : [except]);
    const flags = { local: true, volatile };
    try {
      // To the adapter directly: the library's chain of operators makes three sets for each notice.
      for (const { room, name, payload } of notices)
        adapter.broadcast(
          { type: eventPacket, data: [name, payload] },
          { rooms: new Set([room]), except: silent, flags },
        );
    } finally {
      // The acknowledgements that follow in this turn of the event loop leave with the same write.
      setImmediate(release);
    }
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

/**
 * Holds the packets of all sockets in the rooms back until the returned function is called, so that a
 * batch leaves each of them as one write.
 *
 * The engine sends what it is given at once, then waits for the write, and writes what came meanwhile
 * packet by packet: a transport that says it is busy gets all of them together. What is busy already
 * is left alone, and so is polling. The connection below a WebSocket is no public property; where it
 * is not found, the packets leave together, but not in one write.
 */
function hold(io: SocketServer, rooms: ReadonlySet<string>): () => void {
  const held: Transport[] = [];
  const { adapter, sockets } = io.of('/');
  for (const room of rooms)
    for (const id of adapter.rooms.get(room) ?? []) {
      const transport = sockets.get(id)?.conn.transport as Transport | undefined;
      if (transport?.name !== 'websocket' || !transport.writable) continue;
      transport.writable = false;
      held.push(transport);
    }
  return () => {
    for (const transport of held) {
      const connection = transport.socket?._socket;
      connection?.cork();
      transport.writable = true;
      transport.emit('ready');
      connection?.uncork();
    }
  };
}

/** What the engine writes to; `ready` makes it write what waits. */
interface Transport {
  readonly name: string;
  writable: boolean;
  readonly socket?: { readonly _socket?: NetSocket };
  emit(event: 'ready'): void;
}
