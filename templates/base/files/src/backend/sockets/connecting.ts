import { limits } from '../../configs/limits.ts';
import { forgetHandshake } from './forget-handshake.ts';
import { rooms, type Cluster, type ConnectReads } from './hub.ts';
import type { ServerSocket, SocketPorts, SocketServer } from './index.ts';
import { createReadBatch } from './read-batch.ts';
import { startRecheck } from './recheck.ts';

const { token } = limits;

/** From a connect to `ready`, and what keeps a socket's rights current after it. */
interface Connecting {
  read(reads: ConnectReads): void;
  welcome(socket: ServerSocket): void;
  extend(socketId: string, expiresAt: Date): void;
  stop(): void;
}

/** Creates the connecting part of one node. */
export function createConnecting(
  ports: Pick<SocketPorts, 'log' | 'clock' | 'events' | 'timers'>,
  io: SocketServer,
  cluster: Pick<Cluster, 'hasPeers'>,
): Connecting {
  const { log, clock, events } = ports;
  let reads: ConnectReads | undefined;
  const batch = createReadBatch(() => {
    if (reads === undefined) throw new Error('nobody can connect yet');
    return reads;
  });

  /**
   * Device and memberships are read after the rooms are joined: who was signed out or removed between
   * the first look and the join would otherwise stay. From the join on, this node hears of both.
   */
  async function connect(socket: ServerSocket): Promise<void> {
    const { userId, deviceId } = socket.data.caller;
    await socket.join(rooms.user(userId));
    const before = await batch.membershipsOf(userId);
    await socket.join(before.map((own) => rooms.conversation(own.conversationId)));
    const [now, isSignedIn] = await Promise.all([
      batch.membershipsOf(userId),
      batch.isSignedIn(deviceId),
    ]);
    if (!isSignedIn) {
      socket.emit('device:revoked', {});
      socket.disconnect(true);
      return;
    }
    const stillMine = new Set(now.map((own) => own.conversationId));
    for (const { conversationId } of before)
      if (!stillMine.has(conversationId)) void socket.leave(rooms.conversation(conversationId));
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
    forgetHandshake(socket);
    watchExpiry(socket);
    events.tell('socket:opened', { userId, socketId: socket.id });
    socket.on('disconnect', () => {
      clearTimeout(socket.data.expiry);
      events.tell('socket:closed', { userId, socketId: socket.id });
    });
    connect(socket).catch((error: unknown) => {
      log.warn({ err: error }, 'a connect failed');
      socket.disconnect(true); // the client comes back
    });
  }

  return {
    read: (given) => void (reads = given),
    welcome,
    extend(socketId, expiresAt) {
      const socket = io.of('/').sockets.get(socketId);
      if (socket === undefined) return;
      socket.data.caller = { ...socket.data.caller, expiresAt };
      watchExpiry(socket);
    },
    stop: startRecheck(ports, io, cluster, () => reads),
  };
}
