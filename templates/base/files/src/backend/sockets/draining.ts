import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../configs/limits.ts';
import type { SocketServer } from './index.ts';

const { shutdown } = limits;

/** The end of a node: nothing new, then nothing unfinished, then nobody left. */
interface Draining {
  isDraining(): boolean;
  drain(idle: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Creates the draining of one node. */
export function createDraining(io: SocketServer): Draining {
  let draining = false;

  return {
    isDraining: () => draining,
    async drain(idle) {
      draining = true;
      // Each client gets a moment of its own, so that they do not all come back at once.
      for (const socket of io.of('/').sockets.values())
        socket.emit('server:draining', {
          reconnectInMs: Math.floor(Math.random() * shutdown.reconnectSpreadMs),
        });
      await idle();
    },
    async close() {
      const sockets = [...io.of('/').sockets.values()];
      for (let start = 0; start < sockets.length; start += shutdown.closeSliceSockets) {
        sockets
          .slice(start, start + shutdown.closeSliceSockets)
          .forEach((socket) => socket.conn.close());
        await sleep(shutdown.closeSliceMs);
      }
      // Ends the engine; the HTTP server is closed by its owner.
      io.engine.close();
      await io.of('/').adapter.close();
    },
  };
}
