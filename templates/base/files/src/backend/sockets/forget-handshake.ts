import type { Socket as NetSocket } from 'node:net';
import type { ServerSocket } from './index.ts';

const nothing = {};

/**
 * Lets go of the request that a socket came with, of its headers and its token: they are a third of
 * what an idle connection takes, and nothing reads them once it was admitted.
 */
export function forgetHandshake(socket: ServerSocket): void {
  const { conn } = socket;
  Object.assign(conn, { request: null });
  Object.assign(socket, { handshake: nothing });
  // The engine tells middlewares of HTTP of the end of the connection, which keeps the request. Its
  // listener is the only one that is called once; where it is not found, it stays.
  const connection = (conn.transport as { socket?: { _socket?: NetSocket } }).socket?._socket;
  for (const listener of (connection?.rawListeners('close') ?? []) as (() => void)[])
    if (Object.hasOwn(listener, 'listener')) connection?.off('close', listener);
}
