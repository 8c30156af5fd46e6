import { limits } from '../../configs/limits.ts';
import type { Notice, NoticeOptions, Notifier } from './socket-api.ts';
import { holdWrites } from './engine-internals.ts';
import type { SocketNode, SocketServer } from './types.ts';

const noticesEvent = 'notices';
const resyncEvent = 'resync';
const eventPacket = 2; // of the protocol of Socket.IO
const noticesAtOnce = 50; // in one message to other nodes, so that none is above a megabyte

/** The options as another node publishes them: one of 0.1.0 names a single room by itself. */
type PublishedOptions = Omit<NoticeOptions, 'except'> & { readonly except?: string | string[] };

type Node = Pick<SocketNode, 'io' | 'cluster' | 'timers'>;

/** The way from the server to its clients. */
export class SocketNotifier implements Notifier {
  readonly #node: Node;
  /** The sockets that are about to be told to sync. */
  readonly #resyncing = new Set<string>();

  constructor(node: Node) {
    this.#node = node;
    node.cluster.subscribe(resyncEvent, () => this.#resyncLocally());
    node.cluster.subscribe(noticesEvent, (data) => {
      const [notices, { except = [], ...options }] = data as [Notice[], PublishedOptions];
      this.#emitLocally(notices, { ...options, except: [except].flat() });
    });
  }

  notify(notice: Notice, options?: NoticeOptions): void {
    this.notifyAll([notice], options);
  }

  notifyAll(notices: readonly Notice[], options: NoticeOptions = {}): void {
    if (notices.length === 0) return;
    this.#emitLocally(notices, options);
    const { cluster } = this.#node;
    for (let start = 0; start < notices.length && cluster.hasPeers; start += noticesAtOnce)
      cluster.publish(noticesEvent, [notices.slice(start, start + noticesAtOnce), options]);
  }

  resync(): void {
    this.#resyncLocally();
    this.#node.cluster.publish(resyncEvent, null);
  }

  /**
   * Each client gets it at a moment of its own, or their reads would all come at once; one that still
   * waits for that moment gets it once.
   */
  #resyncLocally(): void {
    const { io, timers } = this.#node;
    for (const socket of io.of('/').sockets.values()) {
      if (this.#resyncing.has(socket.id)) continue;
      this.#resyncing.add(socket.id);
      timers.after(Math.random() * limits.sync.requiredSpreadMs, () => {
        this.#resyncing.delete(socket.id);
        socket.emit('sync:required', {});
      });
    }
  }

  #emitLocally(notices: readonly Notice[], { volatile = false, except = [] }: NoticeOptions): void {
    // A volatile notice is dropped where the transport is busy.
    const rooms = new Set(volatile ? [] : notices.map((notice) => notice.room));
    const release = hold(this.#node.io, rooms);
    const { adapter } = this.#node.io.of('/');
    const silent = new Set(except);
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
}

/** Holds the packets of all sockets in the rooms back until the returned function is called. */
function hold(io: SocketServer, rooms: ReadonlySet<string>): () => void {
  const { adapter, sockets } = io.of('/');
  const releases: (() => void)[] = [];
  for (const room of rooms)
    for (const id of adapter.rooms.get(room) ?? []) {
      const connection = sockets.get(id)?.conn;
      const release = connection && holdWrites(connection);
      if (release !== undefined) releases.push(release);
    }
  return () => releases.forEach((release) => release());
}
