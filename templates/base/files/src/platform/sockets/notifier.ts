import { limits } from '../../configs/limits.ts';
import type { Notice, NoticeOptions, Notifier } from './socket-api.ts';
import { FrameWriter, toFrames, type EngineConnection } from './engine-internals.ts';
import type { SocketNode } from './types.ts';

const noticesEvent = 'notices';
const resyncEvent = 'resync';
const eventPacket = '2'; // of the protocol of Socket.IO
const noticesAtOnce = 50; // in one message to other nodes, so that none is above a megabyte

/** The options as another node publishes them: one of 0.1.0 names a single room by itself. */
type PublishedOptions = Omit<NoticeOptions, 'except'> & { readonly except?: string | string[] };

type Node = Pick<SocketNode, 'io' | 'cluster' | 'timers'>;

/** The way from the server to its clients. */
export class SocketNotifier implements Notifier {
  readonly #node: Node;
  readonly #writer = new FrameWriter();
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

  /** Below the engine and its adapter: what a room hears is encoded once, and written once a socket. */
  #emitLocally(notices: readonly Notice[], { volatile = false, except = [] }: NoticeOptions): void {
    const { adapter, sockets } = this.#node.io.of('/');
    const silent = new Set(except.flatMap((room) => [...(adapter.rooms.get(room) ?? [])]));
    for (const [room, packets] of toPackets(notices, adapter.rooms)) {
      const frames = toFrames(packets);
      for (const id of adapter.rooms.get(room)!) {
        const connection = silent.has(id) ? undefined : sockets.get(id)?.conn;
        if (connection === undefined || (volatile && this.#writer.isBusy(connection))) continue;
        if (!this.#writer.write(connection, frames)) writeByEngine(connection, packets);
      }
    }
  }
}

/** The packets for each room that somebody here is in, in the order of their notices. */
function toPackets(
  notices: readonly Notice[],
  here: { has(room: string): boolean },
): Map<string, string[]> {
  const packets = new Map<string, string[]>();
  for (const { room, name, payload } of notices) {
    if (!here.has(room)) continue;
    const packet = eventPacket + JSON.stringify([name, payload]);
    const others = packets.get(room);
    if (others === undefined) packets.set(room, [packet]);
    else others.push(packet);
  }
  return packets;
}

/** In order behind what waits there. */
function writeByEngine(connection: EngineConnection, packets: readonly string[]): void {
  for (const packet of packets) connection.write(packet, {});
}
