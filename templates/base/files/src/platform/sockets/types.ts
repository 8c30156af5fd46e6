import type { Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'socket.io';
import type { ClientToServerEvents, ServerToClientEvents } from '../../contract/events.ts';
import type { HttpPorts } from '../http/server.ts';
import type { Clock, Timers } from '../lib/time.ts';
import type { Caller } from '../security/access-tokens.ts';
import type { Cluster } from './socket-api.ts';

/** What one node publishes to another, or requests of it: the name of the event and its data. */
export interface ClusterEvents {
  tell: (event: string, data: unknown) => void;
  ask: (event: string, data: unknown, done: (answer: null) => void) => void;
}

/** What a socket carries. */
export interface SocketData {
  caller: Caller;
  /** Ends the socket with its token. */
  expiry?: NodeJS.Timeout;
  /** While it connects: the rooms that it was told to leave, maybe before it was in them. */
  leftRooms?: Set<string>;
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

/** What the sockets need from the rest. */
export interface SocketPorts extends HttpPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly server: HttpServer;
}

/** What the parts of one node share; each takes what it needs of it. */
export interface SocketNode extends Pick<SocketPorts, 'log' | 'clock' | 'events' | 'timers'> {
  readonly io: SocketServer;
  readonly cluster: Cluster;
}
