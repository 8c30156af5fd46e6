import type { Logger } from 'pino';
import { limits } from '../../configs/limits.ts';
import { pendingBytes, terminate, type EngineConnection } from './engine-internals.ts';
import type { ServerSocket, SocketServer } from './types.ts';

const lookEveryMs = 500;

/**
 * Closes sockets that do not read what is sent to them; their clients come back and sync. Returns
 * the way to stop.
 */
export function watchSlowConsumers(io: SocketServer, log: Logger): () => void {
  const { slowConsumerBytes, slowConsumerHeldBytes, slowConsumerHeldMs } = limits.socket;
  const heldSince = new WeakMap<ServerSocket, number>();

  function isTooSlow(socket: ServerSocket, now: number): boolean {
    const bytes = pendingBytes(socket.conn);
    if (bytes > slowConsumerBytes) return true;
    if (bytes <= slowConsumerHeldBytes) {
      heldSince.delete(socket);
      return false;
    }
    const since = heldSince.get(socket) ?? now;
    heldSince.set(socket, since);
    return now - since >= slowConsumerHeldMs;
  }

  const timer = setInterval(() => {
    const now = performance.now();
    for (const socket of io.of('/').sockets.values())
      if (isTooSlow(socket, now)) {
        log.warn({ event: 'slow_consumer', socketId: socket.id }, 'a slow consumer is closed');
        terminate(socket.conn);
      }
  }, lookEveryMs);
  return () => clearInterval(timer);
}

/**
 * Whoever answers no ping answers no close frame either, and others may not: the library would wait
 * 30 s for it, with a connection that nobody counts any more.
 */
export function endSilent(conn: EngineConnection): void {
  conn.on('close', (reason: string) => {
    if (reason === 'ping timeout') terminate(conn);
    else setTimeout(() => terminate(conn), limits.shutdown.goodbyeMs).unref();
  });
}
