import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../configs/limits.ts';
import type { SocketServer, Sockets } from './index.ts';
import { closeWithin } from './slow-readers.ts';

const { shutdown } = limits;

/** The end of a node: nothing new, then nothing unfinished, then nobody left. */
interface Draining {
  isDraining(): boolean;
  drain: Sockets['drain'];
  close(): Promise<void>;
}

const lookEveryMs = 50;

/** Creates the draining of one node. */
export function createDraining(io: SocketServer): Draining {
  let draining = false;

  async function allLeft(leaveMs: number): Promise<void> {
    const end = performance.now() + leaveMs;
    while (io.of('/').sockets.size > 0 && performance.now() < end) await sleep(lookEveryMs);
  }

  return {
    isDraining: () => draining,
    async drain(idle, leaveMs) {
      draining = true;
      // Each client gets a moment of its own, so that they do not all come back at once.
      for (const socket of io.of('/').sockets.values())
        socket.emit('server:draining', {
          reconnectInMs: Math.floor(Math.random() * shutdown.reconnectSpreadMs),
        });
      // Closed sooner, they would all come back within a second and not when they were told to.
      await Promise.all([idle(), allLeft(leaveMs)]);
    },
    async close() {
      const sockets = [...io.of('/').sockets.values()];
      for (let start = 0; start < sockets.length; start += shutdown.closeSliceSockets) {
        for (const { conn } of sockets.slice(start, start + shutdown.closeSliceSockets))
          closeWithin(conn, shutdown.goodbyeMs);
        await sleep(shutdown.closeSliceMs);
      }
      // Ends the engine; the HTTP server is closed by its owner.
      io.engine.close();
      await io.of('/').adapter.close();
    },
  };
}
