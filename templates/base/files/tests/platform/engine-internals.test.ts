import { Socket as NetSocket } from 'node:net';
import { expect, it, vi } from 'vitest';
import {
  closeWithin,
  holdWrites,
  pendingBytes,
  releaseHandshake,
  terminate,
  type EngineConnection,
} from '../../src/platform/sockets/engine-internals.ts';
import type { ServerSocket } from '../../src/platform/sockets/types.ts';
import { done, next, startApp, until } from '../support/app.ts';

/** What the libraries do not promise. */
interface Internals {
  readonly transport: {
    readonly writable: unknown;
    readonly socket: { readonly _socket: NetSocket; readonly bufferedAmount: unknown };
    send(packets: readonly unknown[]): void;
  };
  readonly writeBuffer: unknown;
  readonly request: unknown;
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
  const { transport, writeBuffer } = internalsOf(connection);
  expect(transport.socket._socket).toBeInstanceOf(NetSocket);
  expect(transport.writable).toBe(true);
  expect(transport.socket.bufferedAmount).toBe(0);
  expect(writeBuffer).toEqual([]);
});

it('packets that are held leave as one write', async () => {
  const { socket, server, connection } = await startPair();
  const { transport } = internalsOf(connection);
  const sent: { packets: number; isCorked: boolean }[] = [];
  const send = transport.send.bind(transport);
  vi.spyOn(transport, 'send').mockImplementation((packets) => {
    sent.push({ packets: packets.length, isCorked: transport.socket._socket.writableCorked > 0 });
    send(packets);
  });
  const heard = next(socket, 'sync:required');
  const release = holdWrites(connection);
  for (let count = 0; count < 3; count += 1) server.emit('sync:required', {});
  expect(sent).toEqual([]);
  expect(holdWrites(connection)).toBeUndefined(); // it is held already
  release?.();
  expect(sent).toEqual([{ packets: 3, isCorked: true }]);
  await heard;
});

it('what waits above and in the WebSocket is counted', async () => {
  const { server, connection } = await startPair();
  expect(pendingBytes(connection)).toBe(0);
  const release = holdWrites(connection);
  server.emit('problem', { event: 'x'.repeat(1_000), code: 'malformed', detail: '' });
  expect(pendingBytes(connection)).toBeGreaterThan(1_000);
  release?.();
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
  expect(holdWrites(connection)).toBeUndefined();
  expect(pendingBytes(connection)).toBe(0);
  terminate(connection);
  expect(close).toHaveBeenCalledTimes(1);
  closeWithin(connection, 0);
  expect(close).toHaveBeenCalledTimes(2);
  const fixed = Object.freeze({ conn: Object.freeze(connection), handshake: {} });
  expect(() => releaseHandshake(fixed as unknown as ServerSocket)).not.toThrow();
});
