import { Manager } from 'socket.io-client';
import type { Acknowledgement } from '../../src/contract/errors.ts';
import { until, type TestApp, type TestSocket } from './app.ts';

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

/** A connection of the engine whose packets a test writes and reads by hand. */
export interface RawConnection {
  /** What came from the server, without the engine's own type of a message. */
  readonly heard: readonly string[];
  readonly isOpen: boolean;
  send(...packets: string[]): void;
  /** The data of the next packet that begins so; rejects when the connection ends before. */
  answer(start: string): Promise<string>;
}

/** Opens a connection below Socket.IO, which joins no namespace by itself. */
export async function openRaw(app: TestApp): Promise<RawConnection> {
  const manager = openTransport(app);
  await new Promise<void>((resolve, reject) =>
    manager.open((error) => (error === undefined ? resolve() : reject(error))),
  );
  const heard: string[] = [];
  let read = 0;
  let isOpen = true;
  manager.engine.on('data', (data: string) => heard.push(data));
  manager.engine.once('close', () => (isOpen = false));
  return {
    heard,
    get isOpen() {
      return isOpen;
    },
    send(...packets) {
      for (const packet of packets) sendPacket({ io: manager }, packet);
    },
    async answer(start) {
      const find = (): number =>
        heard.findIndex((data, at) => at >= read && data.startsWith(start));
      await until(() => find() >= 0 || !isOpen);
      const found = find();
      if (found < 0) throw new Error(`the connection ended without ${start}: ${heard.join(' ')}`);
      read = found + 1;
      return heard[found]!.slice(start.length);
    },
  };
}
