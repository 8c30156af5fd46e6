import { Socket as NetSocket } from 'node:net';
import { expect, it, vi } from 'vitest';
import {
  closeWithin,
  FrameWriter,
  pendingBytes,
  releaseHandshake,
  terminate,
  toFrames,
  type EngineConnection,
} from '../../src/platform/sockets/engine-internals.ts';
import type { ServerSocket } from '../../src/platform/sockets/types.ts';
import { done, startApp, until } from '../support/app.ts';

/** What the libraries do not promise. */
interface Internals {
  readonly readyState: unknown;
  readonly transport: {
    readonly name: unknown;
    readonly writable: unknown;
    readonly socket: {
      readonly _socket: NetSocket & Writes;
      readonly readyState: unknown;
      readonly bufferedAmount: unknown;
    };
  };
  readonly writeBuffer: unknown;
  readonly request: unknown;
}

/** What Node calls for each write to a TCP connection: one chunk, or those that were corked. */
interface Writes {
  _write(...args: unknown[]): void;
  _writev(chunks: readonly unknown[], ...args: unknown[]): void;
}

/** A socket of a client with its end on this node. */
async function startPair() {
  const { app, register } = await startApp();
  const user = await register();
  const socket = await user.connect();
  const server = app.io.of('/').sockets.get(socket.id!) as ServerSocket;
  await until(() => internalsOf(server.conn).transport.writable === true);
  return { socket, server, connection: server.conn, user };
}

const internalsOf = (connection: EngineConnection): Internals => connection as unknown as Internals;

it('the private properties of the libraries are where they were', async () => {
  const { connection } = await startPair();
  const { readyState, transport, writeBuffer } = internalsOf(connection);
  expect([readyState, transport.name, transport.socket.readyState]).toEqual([
    'open',
    'websocket',
    1,
  ]);
  expect(transport.socket._socket).toBeInstanceOf(NetSocket);
  expect(transport.writable).toBe(true);
  expect(transport.socket.bufferedAmount).toBe(0);
  expect(writeBuffer).toEqual([]);
});

/** A notice as a packet of Socket.IO; `event` tells them apart. */
const problemOf = (event: string) => ({ event, code: 'malformed', detail: '' }) as const;
const packetOf = (event: string): string => `2${JSON.stringify(['problem', problemOf(event)])}`;

/** What the client hears of them from now on. */
function hear({ socket }: Awaited<ReturnType<typeof startPair>>): string[] {
  const heard: string[] = [];
  socket.on('problem', ({ event }) => heard.push(event));
  return heard;
}

it('frames and what the engine is given behind them leave as one write', async () => {
  const pair = await startPair();
  const tcpSocket = internalsOf(pair.connection).transport.socket._socket;
  const one = vi.spyOn(tcpSocket, '_write');
  const many = vi.spyOn(tcpSocket, '_writev');
  const heard = hear(pair);
  const writer = new FrameWriter();

  expect(writer.write(pair.connection, toFrames(['a', 'b'].map(packetOf)))).toBe(true);
  expect(writer.write(pair.connection, toFrames([packetOf('c')]))).toBe(true);
  pair.server.emit('problem', problemOf('d'));
  pair.server.emit('problem', problemOf('e'));
  expect([one.mock.calls.length, many.mock.calls.length]).toEqual([0, 0]);

  await until(() => heard.length === 5);
  expect(heard).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect([one.mock.calls.length, many.mock.calls.length]).toEqual([0, 1]);
});

it('no frame overtakes what the engine has not sent', async () => {
  const pair = await startPair();
  const heard = hear(pair);
  const writer = new FrameWriter();
  const frames = (event: string): Buffer => toFrames([packetOf(event)]);

  pair.server.emit('problem', problemOf('a')); // handed to the transport, which is busy until it has left
  pair.server.emit('problem', problemOf('b')); // waits above it
  expect([writer.isBusy(pair.connection), writer.write(pair.connection, frames('c'))]).toEqual([
    true,
    false,
  ]);
  await until(() => heard.length === 2);

  expect(writer.write(pair.connection, frames('d'))).toBe(true);
  expect(writer.isBusy(pair.connection)).toBe(false);
  pair.server.emit('problem', problemOf('e')); // waits above the held transport
  expect(writer.write(pair.connection, frames('f'))).toBe(false);
  await until(() => heard.length === 4);
  expect(heard).toEqual(['a', 'b', 'd', 'e']);

  pair.connection.close();
  expect(writer.write(pair.connection, frames('g'))).toBe(false);
});

it('frames of every length are read as they were written', async () => {
  const pair = await startPair();
  const heard = hear(pair);
  const rest = Buffer.byteLength(packetOf('')) + 1; // the engine's own type of a message
  // A frame says its length in one byte below 126, in three below 65,536, and else in nine.
  const events = [125, 126, 127, 65_535, 65_536, 65_537].map((size) => 'x'.repeat(size - rest));
  events.push('', '😀'.repeat(40), 'é'.repeat(40_000));
  expect(new FrameWriter().write(pair.connection, toFrames(events.map(packetOf)))).toBe(true);
  await until(() => heard.length === events.length);
  expect(heard).toEqual(events);
});

it('what waits above and in the WebSocket is counted', async () => {
  const { server, connection } = await startPair();
  const tcpSocket = internalsOf(connection).transport.socket._socket;
  expect(pendingBytes(connection)).toBe(0);
  tcpSocket.cork();
  server.emit('problem', problemOf('x'.repeat(1_000)));
  const inWebSocket = pendingBytes(connection);
  expect(inWebSocket).toBeGreaterThan(1_000);
  server.emit('problem', problemOf('x'.repeat(1_000)));
  expect(pendingBytes(connection)).toBeGreaterThan(inWebSocket + 1_000);
  tcpSocket.uncork();
  await until(() => pendingBytes(connection) === 0);
});

it('nothing of a request is kept once its socket is connected', async () => {
  const { socket, server, connection } = await startPair();
  const { request, transport } = internalsOf(connection);
  expect(request).toBeNull();
  expect(server.handshake).toEqual({});
  const listeners = transport.socket._socket.rawListeners('close');
  expect(listeners.filter((listener) => Object.hasOwn(listener, 'listener'))).toEqual([]);
  expect(listeners.length).toBeGreaterThan(0); // that of the WebSocket
  await done(socket, 'conversation:heads', {});
});

it('a connection is cut off without a close frame', async () => {
  const { socket, connection } = await startPair();
  const closed = new Promise<unknown>((resolve) =>
    socket.once('disconnect', (_reason, details) => resolve(details)),
  );
  terminate(connection);
  expect(await closed).toMatchObject({ context: { code: 1_006 } });
});

it('where nothing private is found, all of it still works', () => {
  const close = vi.fn();
  const connection = { transport: { name: 'websocket' }, close } as unknown as EngineConnection;
  expect(new FrameWriter().write(connection, Buffer.alloc(2))).toBe(false);
  const transport = { name: 'websocket', writable: true, socket: { readyState: 1 } };
  const withoutStream = { readyState: 'open', writeBuffer: [], transport };
  const stays = withoutStream as unknown as EngineConnection;
  expect(new FrameWriter().write(stays, Buffer.alloc(2))).toBe(false);
  expect(transport.writable).toBe(true); // nobody would say so again
  expect(pendingBytes(connection)).toBe(0);
  terminate(connection);
  expect(close).toHaveBeenCalledTimes(1);
  closeWithin(connection, 0);
  expect(close).toHaveBeenCalledTimes(2);
  const fixed = Object.freeze({ conn: Object.freeze(connection), handshake: {} });
  expect(() => releaseHandshake(fixed as unknown as ServerSocket)).not.toThrow();
});
