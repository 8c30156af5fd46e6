import type { Server } from 'socket.io';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  NoticeName,
  Notices,
} from '../../contract/index.ts';
import type { Caller } from '../shared/caller.ts';

/** The caller of a command, with the socket it came by. */
export interface SocketCaller extends Caller {
  readonly socketId: string;
  /** When the command came, on the monotonic clock: it may have waited for those before it. */
  readonly arrivedAt: number;
}

/**
 * An answer that is still under way although the command has its place: the next command of the
 * same socket may start, the acknowledgement waits for it.
 */
export interface Later<Data> {
  readonly later: Promise<Data>;
}

/**
 * Serves a command: validated input in, the acknowledgement's data out; throws `AppError`. The next
 * command of the socket waits for the promise; a `Later` without one has its place at once.
 */
export type CommandHandler<Name extends CommandName> = (
  input: CommandInput<Name>,
  caller: SocketCaller,
) => Promise<CommandOutput<Name> | Later<CommandOutput<Name>>> | Later<CommandOutput<Name>>;

/** Which bucket of `limits.rate` a command draws from, besides the one of every event. */
export type CommandRate = 'send' | 'typing' | 'receipt' | 'sync' | 'write';

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
  /** A room whose sockets do not get it. */
  readonly except?: string;
}

/** Tells clients what happened. */
export interface Notifier {
  /** To a room, on every node. */
  notify(notice: Notice, options?: NoticeOptions): void;
  /**
   * Many notices at once, in order: local sockets are held, so that each gets one write; other
   * nodes get one message, which may be lost.
   */
  notifyAll(notices: readonly Notice[]): void;
}

/** Who is in which room; every change holds on all nodes when its promise resolves. */
export interface Membership {
  /** Puts all sockets of a user into a conversation's room. */
  join(userId: string, conversationId: string): Promise<void>;
  /** Takes all sockets of a user out: those of this node before it returns. */
  leave(userId: string, conversationId: string): Promise<void>;
  /** Empties a conversation's room. */
  empty(conversationId: string): Promise<void>;
  /** Closes the sockets of a device after `device:revoked`: those of this node at once. */
  closeDevice(deviceId: string): Promise<void>;
}

/** Where features mount commands, and the way to the sockets. */
export interface SocketHub extends Notifier, Membership {
  readonly cluster: Cluster;
  /** From the first signal to stop: nothing new is taken. */
  readonly isDraining: boolean;
  /**
   * Tells the clients of all nodes, within 5 s, to sync: notices between nodes may have been lost.
   * For an adapter whose broker is back.
   */
  resync(): void;
  /** Lets a socket live until its newer token ends. */
  extend(socketId: string, expiresAt: Date): void;
  /** Puts one socket of this node into rooms of a feature; nothing happens when it is gone. */
  enter(socketId: string, rooms: readonly string[]): void;
  /** Takes one socket of this node out of rooms. */
  exit(socketId: string, rooms: readonly string[]): void;
  command<Name extends CommandName>(
    name: Name,
    rate: CommandRate | null,
    handler: CommandHandler<Name>,
  ): void;
}

/** Messages between the nodes of one deployment; with one node nothing is sent. */
export interface Cluster {
  /** Whether there can be other nodes. */
  readonly hasPeers: boolean;
  /**
   * Makes this node one of several, before it listens; `close` is called after the adapter's own end.
   * An adapter whose broker is away drops what it is given, and never rejects.
   */
  join(adapter: AdapterFactory, close: () => Promise<void>): void;
  /** Tells all other nodes; may be lost. */
  tell(event: string, data: unknown): void;
  /** Tells all other nodes and waits, at most 5 s, until they did it; never rejects. */
  ask(event: string, data: unknown): Promise<void>;
  /** Does what another node tells or asks. */
  hear(event: string, listener: (data: unknown) => Promise<void> | void): void;
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
