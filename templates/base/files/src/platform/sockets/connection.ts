import { limits } from '../../configs/limits.ts';
import { Loader, perConnect } from '../lib/loader.ts';
import { releaseHandshake } from './engine-internals.ts';
import { Revalidation } from './revalidation.ts';
import { rooms, type ConnectReads, type Heads, type OwnMembership } from './socket-api.ts';
import type { ServerSocket, SocketNode } from './types.ts';

const { token } = limits;

/** The connects of one node, up to `ready`, and what keeps the rights of its sockets current after it. */
export class Connections {
  readonly #node: SocketNode;
  #loader: ConnectLoader | undefined;
  #revalidation: Revalidation | undefined;

  constructor(node: SocketNode) {
    this.#node = node;
  }

  /** Says where a connect reads what it needs; before it nobody can connect. */
  readFrom(reads: ConnectReads): void {
    this.#loader = new ConnectLoader(reads);
    this.#revalidation = new Revalidation(this.#node, reads);
  }

  onConnect(socket: ServerSocket): void {
    const { events, log } = this.#node;
    const { userId } = socket.data.caller;
    releaseHandshake(socket);
    this.#watchExpiry(socket);
    events.emit('socket:opened', { userId, socketId: socket.id });
    socket.on('disconnect', () => {
      clearTimeout(socket.data.expiry);
      events.emit('socket:closed', { userId, socketId: socket.id });
    });
    this.#connect(socket, this.#loader).catch((error: unknown) => {
      log.warn({ err: error }, 'a connect failed');
      socket.disconnect(true); // the client comes back
    });
  }

  extendSession(socketId: string, expiresAt: Date): void {
    const socket = this.#node.io.of('/').sockets.get(socketId);
    if (socket === undefined) return;
    socket.data.caller = { ...socket.data.caller, expiresAt };
    this.#watchExpiry(socket);
  }

  stop(): void {
    this.#revalidation?.stop();
  }

  /**
   * The user's room comes before every read: from then on this node hears of what is added and removed,
   * and of sign-outs from the moment the socket is there. What was removed while the memberships were
   * read is in what they say and must not be joined; `leftRooms` remembers it.
   */
  async #connect(socket: ServerSocket, loader: ConnectLoader | undefined): Promise<void> {
    if (loader === undefined) throw new Error('nobody can connect yet');
    const { userId, deviceId } = socket.data.caller;
    const left = (socket.data.leftRooms = new Set<string>());
    await socket.join(rooms.user(userId));
    const [own = [], isSignedIn] = await Promise.all([
      loader.memberships.one(userId),
      loader.isSignedIn.one(deviceId),
    ]);
    if (!socket.connected) return; // it would stay in the rooms that it joins now
    if (!isSignedIn) {
      socket.emit('device:revoked', {});
      socket.disconnect(true);
      return;
    }
    await socket.join(own.map(roomOf).filter((room) => !left.has(room)));
    for (const room of left) void socket.leave(room); // while an adapter took its time
    delete socket.data.leftRooms;
    const heads = await loader.heads.all(own.map(({ conversationId }) => conversationId));
    if (!socket.connected) return; // what is sent now would reach the next socket on the same connection
    const kept = own.filter((membership) => socket.rooms.has(roomOf(membership)));
    this.#sayReady(socket, kept, heads);
  }

  #sayReady(
    socket: ServerSocket,
    own: readonly OwnMembership[],
    heads: ReadonlyMap<string, Heads>,
  ): void {
    const { userId, deviceId } = socket.data.caller;
    socket.emit('ready', {
      userId,
      deviceId,
      serverTime: this.#node.clock.now().toISOString(),
      heads: own.map(({ conversationId, lastReadSeq }) => ({
        conversationId,
        lastReadSeq,
        ...(heads.get(conversationId) ?? { lastSeq: 0, lastRev: 0 }),
      })),
    });
  }

  #watchExpiry(socket: ServerSocket): void {
    clearTimeout(socket.data.expiry);
    const left = socket.data.caller.expiresAt.getTime() - this.#node.clock.now().getTime();
    const warnIn = Math.max(0, left - token.expiryWarningMs);
    socket.data.expiry = setTimeout(() => {
      socket.emit('auth:expiring', { inMs: Math.min(left, token.expiryWarningMs) });
      socket.data.expiry = setTimeout(() => socket.disconnect(true), left - warnIn);
    }, warnIn);
  }
}

const roomOf = ({ conversationId }: OwnMembership): string => rooms.conversation(conversationId);

/** The reads of connects, shared by those of a moment: a storm of them costs a few queries a batch. */
export class ConnectLoader {
  readonly memberships: Loader<readonly OwnMembership[]>;
  readonly isSignedIn: Loader<boolean>;
  readonly heads: Loader<Heads>;

  constructor(reads: ConnectReads) {
    this.memberships = new Loader((userIds) => reads.membershipsAtConnect(userIds), perConnect);
    this.isSignedIn = new Loader(async (deviceIds) => {
      const active = await reads.activeDevices(deviceIds);
      return new Map(deviceIds.map((id) => [id, active.has(id)]));
    }, perConnect);
    this.heads = new Loader((conversationIds) => reads.headsOf(conversationIds), perConnect);
  }
}
