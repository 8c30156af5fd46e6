import type { Socket as NetSocket } from 'node:net';
import type { Logger } from 'pino';
import { limits } from '../../configs/limits.ts';
import type { ServerSocket, SocketServer } from './index.ts';

const lookEveryMs = 500;
const { slowReaderBytes, slowReaderHeldBytes, slowReaderHeldMs } = limits.socket;

/**
 * Closes sockets that do not read what is sent to them; their clients come back and sync. Returns
 * the way to stop.
 */
export function watchSlowReaders(io: SocketServer, log: Logger): () => void {
  const heldSince = new WeakMap<ServerSocket, number>();

  function isTooSlow(socket: ServerSocket, now: number): boolean {
    const bytes = waitingBytes(socket);
    if (bytes > slowReaderBytes) return true;
    if (bytes <= slowReaderHeldBytes) {
      heldSince.delete(socket);
      return false;
    }
    const since = heldSince.get(socket) ?? now;
    heldSince.set(socket, since);
    return now - since >= slowReaderHeldMs;
  }

  const timer = setInterval(() => {
    const now = performance.now();
    for (const socket of io.of('/').sockets.values())
      if (isTooSlow(socket, now)) {
        log.warn({ event: 'slow_consumer', socketId: socket.id }, 'a slow reader is closed');
        // Without a goodbye: it would wait behind everything else.
        terminate(socket.conn);
      }
  }, lookEveryMs);
  return () => clearInterval(timer);
}

interface Transport {
  readonly socket?: {
    readonly bufferedAmount?: number;
    readonly _socket?: NetSocket;
    terminate?(): void;
  };
}

/** What waits in the WebSocket and in packets that have not reached it. */
function waitingBytes({ conn }: ServerSocket): number {
  const socket = (conn.transport as Transport).socket;
  const packets = (conn as unknown as { writeBuffer: readonly { data?: unknown }[] }).writeBuffer;
  let bytes = socket?.bufferedAmount ?? 0;
  for (const { data } of packets) bytes += typeof data === 'string' ? data.length : 0;
  return bytes;
}

function terminate(conn: ServerSocket['conn']): void {
  const connection = (conn.transport as Transport).socket;
  if (connection?.terminate) connection.terminate();
  else conn.close();
}

/** Says goodbye; whose other end does not answer that, is cut off when the time is over. */
export function closeWithin(conn: ServerSocket['conn'], ms: number): void {
  const connection = (conn.transport as Transport).socket;
  conn.close();
  setTimeout(() => connection?.terminate?.(), ms).unref();
}

/** Who answers no ping answers no goodbye either, and the library would wait 30 s for that. */
export function endSilent(conn: ServerSocket['conn']): void {
  conn.on('close', (reason: string) => {
    if (reason === 'ping timeout') terminate(conn);
  });
}
