import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { ServerSocket } from './types.ts';

// All that this backend touches of engine.io, ws and Socket.IO outside their documented interfaces.
// tests/platform/engine-internals.test.ts fails when a new version moves any of it. Until that is repaired
// everything still works: more writes, more memory, or a connection that is closed later.

/** A connection of the engine, which carries the packets of a socket. */
export type EngineConnection = ServerSocket['conn'];

/** What the engine writes to; `ready` makes it write what waits. */
interface Transport {
  readonly name: string;
  writable: boolean;
  readonly socket?: WebSocketInternals;
  emit(event: 'ready'): void;
}

interface WebSocketInternals {
  readonly bufferedAmount?: number;
  readonly _socket?: NetSocket;
  terminate?(): void;
}

/** A packet of the engine, as it hands it to its listeners before it looks at it. */
interface Packet {
  type: string;
  readonly data?: unknown;
}

const transportOf = ({ transport }: EngineConnection): Transport => transport;

const tcpSocketOf = (connection: EngineConnection): NetSocket | undefined =>
  transportOf(connection).socket?._socket;

/**
 * Holds the packets of a connection back until the returned function is called, so that they leave
 * as one write; undefined where they cannot be held, because it is busy already or no WebSocket.
 *
 * The engine sends what it is given at once, then waits for the write, and writes what came meanwhile
 * packet by packet: a transport that says it is busy gets all of them together. Where the TCP
 * connection is not found, the packets leave together, but not in one write.
 */
export function holdWrites(connection: EngineConnection): (() => void) | undefined {
  const transport = transportOf(connection);
  if (transport.name !== 'websocket' || !transport.writable) return undefined;
  transport.writable = false;
  return () => {
    const tcpSocket = tcpSocketOf(connection);
    tcpSocket?.cork();
    transport.writable = true;
    transport.emit('ready');
    tcpSocket?.uncork();
  };
}

/**
 * How many bytes wait to be sent: in the WebSocket, and in packets that have not reached it. What is
 * not found counts as nothing: whoever reads nothing at all is then closed by the missing pong.
 */
export function pendingBytes(connection: EngineConnection): number {
  const { writeBuffer = [] } = connection as unknown as {
    readonly writeBuffer?: readonly { readonly data?: unknown }[];
  };
  let bytes = transportOf(connection).socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += typeof data === 'string' ? data.length : 0;
  return bytes;
}

/** Cuts a connection off: a close frame would wait behind everything else that was sent. */
export function terminate(connection: EngineConnection): void {
  const { socket } = transportOf(connection);
  if (socket?.terminate) socket.terminate();
  else connection.close();
}

/** Closes a connection, and cuts it off if the other end has not answered in time. */
export function closeWithin(connection: EngineConnection, ms: number): void {
  const { socket } = transportOf(connection); // the engine replaces it while it closes
  connection.close();
  setTimeout(() => socket?.terminate?.(), ms).unref();
}

/**
 * Releases the request that a socket came with, its headers and its token: they are a third of what
 * an idle connection takes, and nothing reads them once the handshake is over.
 */
export function releaseHandshake(socket: ServerSocket): void {
  Reflect.set(socket.conn, 'request', null);
  Reflect.set(socket, 'handshake', {});
  // The engine tells middlewares of HTTP about the end of the connection, which keeps the request. Its
  // listener is the only one that is called once; where it is not found, it stays.
  const tcpSocket = tcpSocketOf(socket.conn);
  for (const listener of (tcpSocket?.rawListeners('close') ?? []) as (() => void)[])
    if (Object.hasOwn(listener, 'listener')) tcpSocket?.off('close', listener);
}

/** The engine attaches the response to a request, except to one that asks for a WebSocket. */
export const responseTo = (request: IncomingMessage): ServerResponse | undefined =>
  (request as { res?: ServerResponse }).res;

const connectOf = '0';
const disconnectOf = '1';

/**
 * Makes of legal packets what the protocol says where the library does something else: it ignores
 * that a client closes a WebSocket by a packet, it keeps the transport of a refused namespace open,
 * and it takes a connect right behind a disconnect for one too many.
 */
export function completePackets(connection: EngineConnection, refusedNamespace: () => void): void {
  let isLeaving = false;

  connection.on('packet', (packet: Packet) => {
    const { type, data } = packet;
    if (type === 'close') return connection.close();
    if (type !== 'message' || typeof data !== 'string') return;
    if (data.startsWith(disconnectOf)) {
      // The library leaves the namespace a moment later.
      isLeaving = true;
      setImmediate(() => (isLeaving = false));
    } else if (data.startsWith(connectOf)) takeConnect(packet, data);
  });

  function takeConnect(packet: Packet, data: string): void {
    if (/^0\/[^,]/.test(data)) {
      refusedNamespace();
      setImmediate(() => connection.close());
    } else if (isLeaving) {
      packet.type = 'noop';
      setImmediate(() => connection.emit('data', data));
    }
  }
}
