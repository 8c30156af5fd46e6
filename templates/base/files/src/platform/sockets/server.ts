import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'socket.io';
import { limits } from '../../configs/limits.ts';
import type { CommandName } from '../../contract/index.ts';
import type { Events } from '../lib/events.ts';
import { OwnCluster } from './cluster.ts';
import { Commands } from './commands.ts';
import { Connections } from './connection.ts';
import { closeWithin, completePackets } from './engine-internals.ts';
import { Handshake } from './handshake.ts';
import { SocketNotifier } from './notifier.ts';
import { SocketRooms } from './rooms.ts';
import { endSilent, watchSlowConsumers } from './slow-consumers.ts';
import type {
  CommandHandler,
  ConnectReads,
  Notice,
  NoticeOptions,
  SocketApi,
} from './socket-api.ts';
import type { ServerSocket, SocketPorts, SocketServer } from './types.ts';
import { Violations } from './violations.ts';

const { shutdown } = limits;
const lookEveryMs = 50;

/** The Socket.IO server of one app, on its HTTP server. */
export class Sockets implements SocketApi {
  readonly io: SocketServer;
  readonly cluster: OwnCluster;
  readonly #notifier: SocketNotifier;
  readonly #rooms: SocketRooms;
  readonly #commands: Commands;
  readonly #connections: Connections;
  readonly #stopWatching: () => void;
  #isDraining = false;

  constructor(ports: SocketPorts) {
    const violations = new Violations(ports.env.RATE_LIMIT_FACTOR);
    const handshake = new Handshake(ports, violations);
    const io = createServer(ports, handshake);
    this.io = io;
    this.cluster = new OwnCluster(io, ports.log);
    const node = { ...ports, io, cluster: this.cluster };
    this.#notifier = new SocketNotifier(node);
    this.#rooms = new SocketRooms(node);
    this.#commands = new Commands(ports, violations);
    this.#connections = new Connections(node);
    this.#stopWatching = watchSlowConsumers(io, ports.log);

    io.use((socket, next) => {
      const isOpen = ports.isStarted() && !this.isDraining;
      handshake.accept(socket, isOpen).then(() => next(), next);
    });
    io.on('connection', (socket) => {
      this.#commands.serve(socket);
      this.#connections.onConnect(socket);
    });
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  command<Name extends CommandName>(name: Name, handler: CommandHandler<Name>): void {
    this.#commands.add(name, handler);
  }

  notify(notice: Notice, options?: NoticeOptions): void {
    this.#notifier.notify(notice, options);
  }

  notifyAll(notices: readonly Notice[]): void {
    this.#notifier.notifyAll(notices);
  }

  resync(): void {
    this.#notifier.resync();
  }

  joinRoom(userId: string, conversationId: string): Promise<void> {
    return this.#rooms.joinRoom(userId, conversationId);
  }

  leaveRoom(userId: string, conversationId: string): Promise<void> {
    return this.#rooms.leaveRoom(userId, conversationId);
  }

  emptyRoom(conversationId: string): Promise<void> {
    return this.#rooms.emptyRoom(conversationId);
  }

  closeDevice(deviceId: string): Promise<void> {
    return this.#rooms.closeDevice(deviceId);
  }

  addToRooms(socketId: string, rooms: readonly string[]): void {
    const socket = this.io.of('/').sockets.get(socketId);
    void socket?.join([...rooms]);
  }

  removeFromRooms(socketId: string, rooms: readonly string[]): void {
    const socket = this.io.of('/').sockets.get(socketId);
    for (const room of rooms) void socket?.leave(room);
  }

  extendSession(socketId: string, expiresAt: Date): void {
    this.#connections.extendSession(socketId, expiresAt);
  }

  /** Says where a connect reads what it needs; before it nobody can connect. */
  readFrom(reads: ConnectReads): void {
    this.#connections.readFrom(reads);
  }

  /**
   * Takes no more handshakes, says so to the clients, and waits for what is under way; also, but no
   * longer than `leaveMs`, until the clients have left, each at its own moment.
   */
  async drain(idle: () => Promise<void>, leaveMs: number): Promise<void> {
    this.#isDraining = true;
    // Each client gets a moment of its own, so that they do not all come back at once.
    for (const socket of this.io.of('/').sockets.values())
      socket.emit('server:draining', {
        reconnectInMs: Math.floor(Math.random() * shutdown.reconnectSpreadMs),
      });
    // Closed earlier, they would all come back within a second and not when they were told to.
    await Promise.all([idle(), this.#allLeft(leaveMs)]);
  }

  /** Closes all sockets, a slice at a time. */
  async close(): Promise<void> {
    this.#stopWatching();
    this.#connections.stop();
    this.cluster.leave();
    const sockets = [...this.io.of('/').sockets.values()];
    for (let start = 0; start < sockets.length; start += shutdown.closeSliceSockets) {
      for (const { conn } of sockets.slice(start, start + shutdown.closeSliceSockets))
        closeWithin(conn, shutdown.goodbyeMs);
      await sleep(shutdown.closeSliceMs);
    }
    // Ends the engine; the HTTP server is closed by its owner.
    this.io.engine.close();
    await this.io.of('/').adapter.close();
    await this.cluster.close();
  }

  async #allLeft(leaveMs: number): Promise<void> {
    const end = performance.now() + leaveMs;
    while (this.io.of('/').sockets.size > 0 && performance.now() < end) await sleep(lookEveryMs);
  }
}

function createServer(ports: SocketPorts, handshake: Handshake): SocketServer {
  const { env, events, origins } = ports;
  const io: SocketServer = new Server(ports.server, {
    // Polling needs a proxy that routes by session; without it a session breaks between two nodes.
    transports: env.SOCKET_POLLING ? ['websocket', 'polling'] : ['websocket'],
    allowRequest: (request, decide) => handshake.allowRequest(request, decide),
    allowEIO3: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: limits.socket.frameBytes,
    pingInterval: limits.socket.pingIntervalMs,
    pingTimeout: limits.socket.pingTimeoutMs,
    connectTimeout: limits.socket.connectTimeoutMs,
    cleanupEmptyChildNamespaces: true,
    cors: ({ headers }, decide) => decide(null, { origin: origins.granted(headers) }),
  });
  io.engine.use((request: IncomingMessage, _response: unknown, next: () => void) =>
    handshake.checkRequest(request, next),
  );
  watchEngine(io, events);
  return io;
}

function watchEngine({ engine }: SocketServer, events: Events): void {
  engine.on('connection', (connection: ServerSocket['conn']) => {
    completePackets(connection, () => events.emit('connect:refused', { reason: 'namespace' }));
    endSilent(connection);
  });
  // What the engine refuses by itself, such as a session that it does not know.
  engine.on('connection_error', () => events.emit('connect:refused', { reason: 'protocol' }));
}
