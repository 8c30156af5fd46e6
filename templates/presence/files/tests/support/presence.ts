import type { PresenceView } from '../../src/contract/presence.ts';
import { done, startApp, until, type TestApp, type TestSocket, type TestUser } from './app.ts';
import { createTestTimers } from './timers.ts';

/** Starts a backend whose time passes only when the test says so. */
export async function startWithTimers(changes: Record<string, string> = {}) {
  const timers = createTestTimers();
  const app = await startApp(changes, { timers });
  return { app, timers };
}

/** Closes a socket and waits until the server knows. */
export async function closeSocket({ app }: TestApp, socket: TestSocket): Promise<void> {
  const { id = '' } = socket;
  socket.disconnect();
  await until(() => !app.io.of('/').sockets.has(id));
}

/** Asks for users and wants to be told of them. */
export async function subscribe(socket: TestSocket, ...userIds: string[]): Promise<PresenceView[]> {
  return (await done(socket, 'presence:subscribe', { userIds })).presences;
}

/** Collects what a socket is told of users. */
export function listen(socket: TestSocket): PresenceView[] {
  const heard: PresenceView[] = [];
  socket.on('presence:updated', (presence) => heard.push(presence));
  return heard;
}

/** A user who is told of another one with whom they share a group. */
export async function startSubscribed(app: TestApp) {
  const { conversationId, owner, others } = await app.group(3);
  const [watched, other] = others as [TestUser, TestUser];
  const socket = await owner.connect();
  await subscribe(socket, watched.id);
  const all = listen(socket);
  const heard = () => all.filter(({ userId }) => userId === watched.id);

  /** What was heard of the user; whatever was to be told before is among it. */
  async function heardByNow(): Promise<PresenceView[]> {
    await subscribe(socket, other.id);
    await other.connect();
    await until(() => all.some(({ userId }) => userId === other.id));
    return heard();
  }

  return { conversationId, subscriber: owner, watched, socket, heard, heardByNow };
}

export const online = (userId: string) => ({ userId, status: 'online', lastSeenAt: null });
/** What is said of whoever was never here, does not exist, or is not known. */
export const unseen = (userId: string) => ({ userId, status: 'offline', lastSeenAt: null });
