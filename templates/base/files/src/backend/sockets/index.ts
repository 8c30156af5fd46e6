import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Logger } from 'pino';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../contract/index.ts';
import type { Caller } from '../shared/caller.ts';
import type { Clock } from '../shared/clock.ts';
import type { Events } from '../shared/events.ts';
import type { Limiters } from '../shared/limiters.ts';
import type { Overload } from '../shared/overload.ts';
import type { Timers } from '../shared/timers.ts';
import { createAdmission } from './admission.ts';
import { createCluster, type ClusterEvents } from './cluster.ts';
import { createCommands } from './commands.ts';
import { createConnecting } from './connecting.ts';
import { createDraining } from './draining.ts';
import type { ConnectReads, SocketHub } from './hub.ts';
import { createMembership } from './membership.ts';
import { createNotifier } from './notifier.ts';
import { createResync } from './resync.ts';
import { endSilent, watchSlowReaders } from './slow-readers.ts';

/** What a socket carries. */
export interface SocketData {
  caller: Caller;
  /** Ends the socket with its token. */
  expiry?: NodeJS.Timeout;
}

export type SocketServer = Server<
  ClientToServerEvents,
  ServerToClientEvents,
  ClusterEvents,
  SocketData
>;
export type ServerSocket = Socket<
  ClientToServerEvents,
  ServerToClientEvents,
  ClusterEvents,
  SocketData
>;

/** The Socket.IO side of a backend. */
export interface Sockets {
  readonly io: SocketServer;
  readonly hub: SocketHub;
  readonly draining: boolean;
  /** Says what a connect reads; before it nobody can connect. */
  read(reads: ConnectReads): void;
  /**
   * Takes no more handshakes, says so to the clients, and waits for what is under way; also, but no
   * longer than `leaveMs`, until the clients have left, each at its own moment.
   */
  drain(idle: () => Promise<void>, leaveMs: number): Promise<void>;
  /** Closes all sockets, a slice at a time. */
  close(): Promise<void>;
}

/** What the sockets need of the rest. */
export interface SocketPorts {
  readonly env: Environment;
  readonly log: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly overload: Overload;
  readonly server: HttpServer;
  /** Whether everything that a socket needs is there and checked. */
  readonly isStarted: () => boolean;
  /** @throws AppError `unauthenticated` */
  readonly authenticate: (token: string) => Promise<Caller>;
}

/** Creates the Socket.IO server of one app on its HTTP server. */
export function createSockets(ports: SocketPorts): Sockets {
  const { env } = ports;
  const admission = createAdmission(ports);
  const io: SocketServer = new Server(ports.server, {
    // Polling needs a proxy that routes by session; without it a session breaks between two nodes.
    transports: env.SOCKET_POLLING ? ['websocket', 'polling'] : ['websocket'],
    allowRequest: admission.allowRequest,
    allowEIO3: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: limits.socket.frameBytes,
    pingInterval: limits.socket.pingIntervalMs,
    pingTimeout: limits.socket.pingTimeoutMs,
    connectTimeout: limits.socket.connectTimeoutMs,
    cleanupEmptyChildNamespaces: true,
    ...(env.ALLOWED_ORIGINS.length > 0 ? { cors: { origin: env.ALLOWED_ORIGINS } } : {}),
  });
  const cluster = createCluster(io, ports.log);
  const notifier = createNotifier(io, cluster);
  const membership = createMembership(ports, io, cluster);
  const resync = createResync(ports, io, cluster);
  const commands = createCommands(ports, admission);
  const connecting = createConnecting(ports, io, cluster);
  const draining = createDraining(io);
  const stopWatching = watchSlowReaders(io, ports.log);

  io.engine.on('connection', closeOtherNamespaces);
  io.engine.on('connection', endSilent);
  io.use((socket, next) => {
    const isOpen = ports.isStarted() && !draining.isDraining();
    admission.admit(socket, isOpen).then(() => next(), next);
  });
  io.on('connection', (socket) => {
    commands.serve(socket);
    connecting.welcome(socket);
  });

  return {
    io,
    hub: {
      ...notifier,
      ...membership,
      cluster,
      command: commands.add,
      extend: connecting.extend,
      enter(socketId, names) {
        const socket = io.of('/').sockets.get(socketId);
        void socket?.join([...names]);
      },
      exit(socketId, names) {
        const socket = io.of('/').sockets.get(socketId);
        for (const name of names) void socket?.leave(name);
      },
      get isDraining() {
        return draining.isDraining();
      },
      resync,
    },
    get draining() {
      return draining.isDraining();
    },
    read: connecting.read,
    drain: draining.drain,
    async close() {
      stopWatching();
      connecting.stop();
      cluster.leave();
      await draining.close();
      await cluster.close();
    },
  };
}

/** There is one namespace: the library refuses another one, and would keep the transport open. */
function closeOtherNamespaces(transport: ServerSocket['conn']): void {
  transport.on('packet', ({ data }: { data?: unknown }) => {
    if (typeof data === 'string' && /^0\/[^,]/.test(data)) setImmediate(() => transport.close());
  });
}
