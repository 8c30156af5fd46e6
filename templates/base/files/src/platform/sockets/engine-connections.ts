import { limits } from '../../configs/limits.ts';
import { clientAddress, networkOf, type IsProxy } from '../lib/address.ts';
import { AppError } from '../errors/app-error.ts';
import type { Timers } from '../lib/time.ts';
import type { ServerSocket } from './types.ts';
import { closeWithin, type EngineConnection } from './engine-internals.ts';

/** What is known of a connection from its first connect on. */
interface Known {
  readonly address: string;
  /** A socket uses it, or is about to. */
  isTaken: boolean;
  /** Cancels its end, while no socket uses it. */
  keepOpen(): void;
}

/**
 * The connections of the engine below the sockets: each carries one socket at a time, and another
 * one when that has left. Their requests are released after the first connect, so what a later one
 * needs of it is read once and kept here.
 */
export class EngineConnections {
  readonly #isProxy: IsProxy;
  readonly #timers: Timers;
  readonly #known = new WeakMap<EngineConnection, Known>();

  constructor(isProxy: IsProxy, timers: Timers) {
    this.#isProxy = isProxy;
    this.#timers = timers;
  }

  /**
   * Claims the connection for a socket that is about to connect; returns the address that it counts
   * for. A refused socket keeps its claim, as its connection is closed.
   *
   * @throws AppError `malformed` when it has one
   */
  claim(connection: EngineConnection): string {
    const known = this.#knownOf(connection);
    if (known.isTaken)
      throw new AppError('malformed', {
        detail: 'A connection carries one socket: wait for the answer to its connect',
      });
    known.isTaken = true;
    known.keepOpen();
    return known.address;
  }

  /** Calls `leave` when the socket is gone; its connection may be used again for a while. */
  hold(socket: ServerSocket, leave: () => void): void {
    const { conn } = socket;
    const end = (): void => {
      conn.off('close', end);
      leave();
      if (conn.readyState === 'open') this.#free(conn);
    };
    // A socket that never got as far as being connected has no end of its own.
    conn.once('close', end);
    socket.once('disconnect', end);
  }

  #knownOf(connection: EngineConnection): Known {
    const known = this.#known.get(connection) ?? {
      address: networkOf(clientAddress(connection.request, this.#isProxy)),
      isTaken: false,
      keepOpen() {},
    };
    this.#known.set(connection, known);
    return known;
  }

  #free(connection: EngineConnection): void {
    const known = this.#knownOf(connection);
    known.isTaken = false;
    const cancel = this.#timers.after(limits.socket.emptyMs, () =>
      closeWithin(connection, limits.shutdown.goodbyeMs),
    );
    connection.once('close', cancel);
    known.keepOpen = () => {
      connection.off('close', cancel);
      cancel();
      known.keepOpen = () => {};
    };
  }
}
