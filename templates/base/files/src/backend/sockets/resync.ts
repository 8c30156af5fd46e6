import { limits } from '../../configs/limits.ts';
import type { Cluster } from './hub.ts';
import type { SocketPorts, SocketServer } from './index.ts';

const clusterEvent = 'resync';

/**
 * Creates what tells the clients of all nodes that notices may have been lost between nodes. Each
 * client hears it at a moment of its own, or their reads would all come at once; who still waits for
 * that moment is not told twice.
 */
export function createResync(
  { timers }: Pick<SocketPorts, 'timers'>,
  io: SocketServer,
  cluster: Pick<Cluster, 'tell' | 'hear'>,
): () => void {
  const waiting = new Set<string>();

  function tellOwn(): void {
    for (const socket of io.of('/').sockets.values()) {
      if (waiting.has(socket.id)) continue;
      waiting.add(socket.id);
      timers.after(Math.random() * limits.sync.requiredSpreadMs, () => {
        waiting.delete(socket.id);
        socket.emit('sync:required', {});
      });
    }
  }

  cluster.hear(clusterEvent, tellOwn);
  return () => {
    tellOwn();
    cluster.tell(clusterEvent, null);
  };
}
