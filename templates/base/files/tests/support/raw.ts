import { Manager } from 'socket.io-client';
import type { Acknowledgement } from '../../src/contract/errors.ts';
import type { TestApp, TestSocket } from './app.ts';

interface Engine {
  readonly transport: { readonly ws: { send(packet: string | Uint8Array): void } };
  on(event: 'data', listener: (data: string) => void): unknown;
  off(event: 'data', listener: (data: string) => void): unknown;
}

const engineOf = (socket: Pick<TestSocket, 'io'>): Engine => socket.io.engine as unknown as Engine;

/** A connection below Socket.IO: nothing is sent by itself. */
export const openTransport = (app: TestApp): Manager =>
  new Manager(app.url, { transports: ['websocket'], reconnection: false, autoConnect: false });

/** Sends a frame past the client library, as it is. */
export const sendPacket = (socket: Pick<TestSocket, 'io'>, packet: string | Uint8Array): void =>
  engineOf(socket).transport.ws.send(packet);

/** The client library counts its own commands from 0. */
let lastId = 900_000;

/**
 * Sends a command whose arguments are this JSON text, and returns what acknowledges it. Binary
 * attachments follow as frames of their own.
 */
export function sendCommand(
  socket: TestSocket,
  name: string,
  args: string,
  attachments = 0,
): Promise<Acknowledgement<unknown>> {
  const id = (lastId += 1);
  const start = `3${id}`; // as the engine hands it on, without its own type
  const type = attachments > 0 ? `45${attachments}-` : '42';
  const engine = engineOf(socket);
  return new Promise((resolve) => {
    const listen = (data: string): void => {
      if (!data.startsWith(start)) return;
      engine.off('data', listen);
      const [answer] = JSON.parse(data.slice(start.length)) as [Acknowledgement<unknown>];
      resolve(answer);
    };
    engine.on('data', listen);
    sendPacket(socket, `${type}${id}[${JSON.stringify(name)}${args === '' ? '' : `,${args}`}]`);
  });
}
