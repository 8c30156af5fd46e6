import type { Server } from 'socket.io';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  NoticeName,
  Notices,
} from '../../contract/index.ts';
import type { Caller } from '../security/access-tokens.ts';

/** The caller of a command, with the socket it came by. */
export interface SocketCaller extends Caller {
  readonly socketId: string;
  /** When the command came, on the monotonic clock: it may have waited for those before it. */
  readonly arrivedAt: number;
}

/**
 * A command that is accepted and not completed: the next command of the same socket may start, the
 * acknowledgement waits for its completion.
 */
export interface Accepted<Data> {
  readonly completion: Promise<Data>;
}

/**
 * Serves a command: validated input in, the acknowledgement's data out; throws `AppError`. The next
 * command of the socket waits for the promise; an `Accepted` without one is accepted at once.
 */
export type CommandHandler<Name extends CommandName> = (
  input: CommandInput<Name>,
  caller: SocketCaller,
) => Promise<CommandOutput<Name> | Accepted<CommandOutput<Name>>> | Accepted<CommandOutput<Name>>;

/** A notice to everybody in a room. */
export type Notice = {
  [Name in NoticeName]: {
    readonly room: string;
    readonly name: Name;
    readonly payload: Notices[Name];
  };
}[NoticeName];

/** How a notice may travel. */
export interface NoticeOptions {
  /** May be dropped when a socket is not writable. */
  readonly volatile?: boolean;
  /** Rooms whose sockets do not get it. */
  readonly except?: readonly string[];
}

/** Tells clients what happened. */
export interface Notifier {
  /** To a room, on every node. */
  notify(notice: Notice, options?: NoticeOptions): void;
  /**
   * Many notices at once, those of a room in order: each local socket gets one write; other nodes
   * get one message for each 50, which may be lost.
   */
  notifyAll(notices: readonly Notice[]): void;
}

/** Which sockets are in which room; every change holds on all nodes when its promise resolves. */
export interface RoomApi {
  /** Adds all sockets of a user to a conversation's room. */
  joinRoom(userId: string, conversationId: string): Promise<void>;
  /** Removes all sockets of a user from it: those of this node before it returns. */
  leaveRoom(userId: string, conversationId: string): Promise<void>;
  /** Empties a conversation's room. */
  emptyRoom(conversationId: string): Promise<void>;
  /** Closes the sockets of a device after `device:revoked`: those of this node at once. */
  closeDevice(deviceId: string): Promise<void>;
}

/** Where features mount commands, and the way to the sockets. */
export interface SocketApi extends Notifier, RoomApi {
  readonly cluster: Cluster;
  /** From the first signal to stop: nothing new is taken. */
  readonly isDraining: boolean;
  /**
   * Tells the clients of all nodes, within 5 s, to sync: notices between nodes may have been lost.
   * For an adapter whose broker is back.
   */
  resync(): void;
  /** Extends the session of a socket to the end of its newer token. */
  extendSession(socketId: string, expiresAt: Date): void;
  /** Adds one socket of this node to rooms of a feature; nothing happens when it is gone. */
  addToRooms(socketId: string, rooms: readonly string[]): void;
  /** Removes one socket of this node from rooms. */
  removeFromRooms(socketId: string, rooms: readonly string[]): void;
  command<Name extends CommandName>(name: Name, handler: CommandHandler<Name>): void;
}

/** Messages between the nodes of one deployment; with one node nothing is sent. */
export interface Cluster {
  /** Whether there can be other nodes. */
  readonly hasPeers: boolean;
  /**
   * Makes this node one of several, before it listens; `close` is called after the adapter's own
   * end. An adapter whose broker is unreachable drops what it is given, and never rejects.
   */
  join(adapter: AdapterFactory, close: () => Promise<void>): void;
  /** Sends to all other nodes; may be lost. */
  publish(event: string, data: unknown): void;
  /** Sends to all other nodes and waits, at most 5 s, until they have done it; never rejects. */
  request(event: string, data: unknown): Promise<void>;
  /** Handles what another node publishes or requests. */
  subscribe(event: string, listener: (data: unknown) => Promise<void> | void): void;
}

/** What Socket.IO makes adapters with. */
export type AdapterFactory = Exclude<Parameters<Server['adapter']>[0], undefined>;

/** The names of rooms. */
export const rooms = {
  user: (userId: string) => `user:${userId}`,
  conversation: (conversationId: string) => `conversation:${conversationId}`,
} as const;

/** What is read at a connect; each call serves many handshakes at once. */
export interface ConnectReads {
  /** The conversations that each user is in now, from the primary with majority. */
  membershipsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly OwnMembership[]>>;
  /** The same for users who connect; what they may do there is known from then on. */
  membershipsAtConnect: ConnectReads['membershipsOf'];
  /** The highest numbers of conversations, with majority; 0 where there is nothing. */
  headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
  /** Those of the devices that are still signed in. */
  activeDevices(deviceIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A conversation that a user is in. */
export interface OwnMembership {
  readonly conversationId: string;
  readonly lastReadSeq: number;
}

/** The highest numbers of a conversation. */
export interface Heads {
  readonly lastSeq: number;
  readonly lastRev: number;
}
