import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { ServerSocket } from './types.ts';

// All that this backend touches of engine.io, ws and Socket.IO outside their documented interfaces.
// tests/platform/engine-internals.test.ts fails when a new version moves any of it. Until that is repaired
// everything still works: more writes, more memory, or a connection that is closed later.

/** A connection of the engine, which carries the packets of a socket. */
export type EngineConnection = ServerSocket['conn'];

/** What the engine writes to; `ready` makes it hand on what waits. */
interface Transport {
  readonly name: string;
  writable: boolean;
  readonly socket?: WebSocketInternals;
  emit(event: 'ready'): void;
}

interface WebSocketInternals {
  readonly readyState?: number;
  readonly bufferedAmount?: number;
  readonly _socket?: NetSocket;
  terminate?(): void;
}

/** A packet of the engine, as it hands it to its listeners before it looks at it. */
interface Packet {
  type: string;
  readonly data?: unknown;
}

/** A connection with what it has not handed to its transport yet. */
interface Waiting {
  readonly writeBuffer?: readonly { readonly data?: unknown }[];
}

const transportOf = ({ transport }: EngineConnection): Transport => transport;

const tcpSocketOf = (connection: EngineConnection): NetSocket | undefined =>
  transportOf(connection).socket?._socket;

const packetsAbove = (connection: EngineConnection): Waiting['writeBuffer'] =>
  (connection as unknown as Waiting).writeBuffer;

const webSocketOpen = 1;

/**
 * Writes frames to connections past the engine, so that one Buffer serves a whole room. It holds each
 * of them until the end of this turn of the event loop: whatever the engine is given meanwhile, such
 * as acknowledgements, leaves with the frames in one write.
 */
export class FrameWriter {
  #held = new Map<Transport, NetSocket>();

  /**
   * Writes whole frames. False, and nothing written, where they would overtake something that was said
   * before, and where there is no WebSocket: their packets then go through the engine.
   */
  write(connection: EngineConnection, frames: Buffer): boolean {
    if (connection.readyState !== 'open' || packetsAbove(connection)?.length !== 0) return false;
    const transport = transportOf(connection);
    if (transport.socket?.readyState !== webSocketOpen) return false;
    const tcpSocket = this.#held.get(transport) ?? this.#hold(transport);
    if (tcpSocket?.writable !== true) return false;
    tcpSocket.write(frames);
    return true;
  }

  /** Whether earlier writes have not left yet, so that what may be dropped is. */
  isBusy(connection: EngineConnection): boolean {
    const transport = transportOf(connection);
    const isFree = transport.writable || this.#held.has(transport);
    return !isFree || tcpSocketOf(connection)?.writableNeedDrain === true;
  }

  /** A transport that says it is busy gets what comes meanwhile all together. */
  #hold(transport: Transport): NetSocket | undefined {
    const tcpSocket = transport.socket?._socket;
    if (transport.name !== 'websocket' || !transport.writable || !tcpSocket) return undefined;
    tcpSocket.cork();
    transport.writable = false;
    if (this.#held.size === 0) setImmediate(() => this.#release());
    this.#held.set(transport, tcpSocket);
    return tcpSocket;
  }

  #release(): void {
    const held = this.#held;
    this.#held = new Map();
    for (const [transport, tcpSocket] of held) {
      transport.writable = true;
      transport.emit('ready');
      tcpSocket.uncork();
    }
  }
}

const textFrame = 0x81; // final, and one of a server is not masked: it is the same for every client
const engineMessage = 0x34; // '4', the engine's type of what it carries for Socket.IO

/** The WebSocket frames of packets of Socket.IO, one behind the other. @see RFC 6455, 5.2 */
export function toFrames(packets: readonly string[]): Buffer {
  const sizes = packets.map((packet) => 1 + Buffer.byteLength(packet));
  const total = sizes.reduce((sum, size) => sum + headerBytes(size) + size, 0);
  const frames = Buffer.allocUnsafe(total);
  let at = 0;
  for (const [index, packet] of packets.entries()) {
    at = writeHeader(frames, at, sizes[index]!);
    frames[at] = engineMessage;
    at += 1 + frames.write(packet, at + 1);
  }
  return frames;
}

const headerBytes = (size: number): number => (size < 126 ? 2 : size < 65_536 ? 4 : 10);

/** Returns where the payload begins. */
function writeHeader(frames: Buffer, at: number, size: number): number {
  frames[at] = textFrame;
  if (size < 126) return frames.writeUInt8(size, at + 1);
  if (size < 65_536) return frames.writeUInt16BE(size, frames.writeUInt8(126, at + 1));
  return frames.writeBigUInt64BE(BigInt(size), frames.writeUInt8(127, at + 1));
}

/**
 * How many bytes wait to be sent: in the WebSocket, and in packets that have not reached it. What is
 * not found counts as nothing: whoever reads nothing at all is then closed by the missing pong.
 */
export function pendingBytes(connection: EngineConnection): number {
  let bytes = transportOf(connection).socket?.bufferedAmount ?? 0;
  for (const { data } of packetsAbove(connection) ?? [])
    bytes += typeof data === 'string' ? data.length : 0;
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
