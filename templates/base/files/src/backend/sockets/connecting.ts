import { limits } from '../../configs/limits.ts';
import { rooms, type ConnectReads, type OwnMembership } from './hub.ts';
import type { ServerSocket, SocketPorts, SocketServer } from './index.ts';
import { createReadBatch } from './read-batch.ts';

const { socket: limit, token } = limits;

/** From a connect to `ready`, and what keeps a socket's rights current after it. */
interface Connecting {
  read(reads: ConnectReads): void;
  welcome(socket: ServerSocket): void;
  extend(socketId: string, expiresAt: Date): void;
  stop(): void;
}

/** Creates the connecting part of one node. */
export function createConnecting(ports: SocketPorts, io: SocketServer): Connecting {
  const { log, clock, events } = ports;
  let reads: ConnectReads | undefined;
  const batch = createReadBatch(() => {
    if (reads === undefined) throw new Error('nobody can connect yet');
    return reads;
  });

  /**
   * Membership is read again after the rooms are joined: who was removed between the first read and
   * the join would otherwise stay in the room.
   */
  async function connect(socket: ServerSocket): Promise<void> {
    const { userId, deviceId } = socket.data.caller;
    await socket.join([rooms.user(userId), rooms.device(deviceId)]);
    const before = await batch.membershipsOf(userId);
    await socket.join(before.map((own) => rooms.conversation(own.conversationId)));
    const now = await batch.membershipsOf(userId);
    leaveDifference(socket, before, now);
    const heads = await batch.headsOf(now.map((own) => own.conversationId));
    socket.emit('ready', {
      userId,
      deviceId,
      serverTime: clock.now().toISOString(),
      heads: now.map(({ conversationId, lastReadSeq }) => ({
        conversationId,
        lastReadSeq,
        ...(heads.get(conversationId) ?? { lastSeq: 0, lastRev: 0 }),
      })),
    });
  }

  function leaveDifference(
    socket: ServerSocket,
    before: readonly OwnMembership[],
    now: readonly OwnMembership[],
  ): void {
    const ids = new Set(now.map((own) => own.conversationId));
    for (const { conversationId } of before)
      if (!ids.has(conversationId)) void socket.leave(rooms.conversation(conversationId));
    const joined = now.map((own) => rooms.conversation(own.conversationId));
    void socket.join(joined);
  }

  function watchExpiry(socket: ServerSocket): void {
    clearTimeout(socket.data.expiry);
    const left = socket.data.caller.expiresAt.getTime() - clock.now().getTime();
    const warnIn = Math.max(0, left - token.expiryWarningMs);
    socket.data.expiry = setTimeout(() => {
      socket.emit('auth:expiring', { inMs: Math.min(left, token.expiryWarningMs) });
      socket.data.expiry = setTimeout(() => socket.disconnect(true), left - warnIn);
    }, warnIn);
  }

  function welcome(socket: ServerSocket): void {
    const { userId } = socket.data.caller;
    // The request of the handshake is pinned for the life of the socket otherwise.
    (socket.conn as { request?: unknown }).request = null;
    watchExpiry(socket);
    events.tell('socket:opened', { userId, socketId: socket.id });
    socket.once('disconnect', () => {
      clearTimeout(socket.data.expiry);
      events.tell('socket:closed', { userId, socketId: socket.id });
    });
    connect(socket).catch((error: unknown) => {
      log.warn({ err: error }, 'a connect failed');
      socket.disconnect(true); // the client comes back
    });
  }

  /** Bounds how long a removal or a revocation that this node did not hear of can go on. */
  async function revalidate(): Promise<void> {
    const sockets = [...io.of('/').sockets.values()];
    if (sockets.length === 0 || reads === undefined) return;
    const [devices, memberships] = await Promise.all([
      reads.activeDevices(unique(sockets.map((socket) => socket.data.caller.deviceId))),
      reads.membershipsOf(unique(sockets.map((socket) => socket.data.caller.userId))),
    ]);
    for (const socket of sockets) {
      const { deviceId, userId } = socket.data.caller;
      if (!devices.has(deviceId)) socket.disconnect(true);
      const mine = new Set(
        memberships.get(userId)?.map((own) => rooms.conversation(own.conversationId)),
      );
      for (const room of socket.rooms)
        if (room.startsWith(rooms.conversation('')) && !mine.has(room)) void socket.leave(room);
    }
  }

  const timer = setInterval(() => {
    revalidate().catch((error: unknown) => log.warn({ err: error }, 'a re-check failed'));
  }, limit.revalidateAloneMs);

  return {
    read: (given) => void (reads = given),
    welcome,
    extend(socketId, expiresAt) {
      const socket = io.of('/').sockets.get(socketId);
      if (socket === undefined) return;
      socket.data.caller = { ...socket.data.caller, expiresAt };
      watchExpiry(socket);
    },
    stop: () => clearInterval(timer),
  };
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
