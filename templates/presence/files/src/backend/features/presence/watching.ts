import { trusted } from 'mongoose';
import type { PresenceView } from '../../../contract/presence.ts';
import type { FeatureContext } from '../../feature.ts';
import { AppError } from '../../shared/app-error.ts';
import { toObjectId } from '../../shared/ids.ts';
import type { SocketCaller } from '../../sockets/hub.ts';

const mostWatched = 1_000; // users a socket
const reviewedAtOnce = 500; // users

/** A socket and whom it is told of. */
interface Watcher {
  readonly userId: string;
  readonly watched: Set<string>;
}

/** Who is told of whom: only those who know each other. */
export interface Watching {
  opened(userId: string, socketId: string): void;
  closed(socketId: string): void;
  /** Whoever may not know gets the same answer for every id. @throws AppError `limit-reached` */
  subscribe(userIds: readonly string[], caller: SocketCaller): Promise<PresenceView[]>;
  unsubscribe(userIds: readonly string[], socketId: string): void;
  /** Something changed for users: what they may know, and who may know of them, is looked up again. */
  doubt(userIds: readonly string[]): void;
  /** The same for everybody who is told of others on this node. */
  doubtAll(): void;
  /** Tells those who watch on all nodes; on this one nothing that is in doubt. */
  tell(presences: readonly PresenceView[]): Promise<void>;
}

/** Creates the watching of one node. */
export function createWatching({
  access,
  log,
  models,
  sockets,
}: Pick<FeatureContext, 'access' | 'log' | 'models' | 'sockets'>): Watching {
  const watchers = new Map<string, Watcher>();
  const doubtful = new Set<string>();
  let running: Promise<void> | undefined;

  function drop(socketId: string, userIds: readonly string[]): void {
    userIds.forEach((userId) => watchers.get(socketId)?.watched.delete(userId));
    sockets.exit(socketId, userIds.map(roomOf));
  }

  function doubt(userIds: Iterable<string>): void {
    for (const userId of userIds) doubtful.add(userId);
    review().catch((error: unknown) => log.warn({ err: error }, 'presence is reviewed later'));
  }

  function review(): Promise<void> {
    running ??= reviewAll().finally(() => (running = undefined));
    return running;
  }

  async function reviewAll(): Promise<void> {
    while (doubtful.size > 0) {
      const users = new Set([...doubtful].slice(0, reviewedAtOnce));
      users.forEach((userId) => doubtful.delete(userId));
      try {
        await reviewSome(users);
      } catch (error) {
        users.forEach((userId) => doubtful.add(userId));
        throw error;
      }
    }
  }

  /** Ends what one of the users watches, or others of one of them, unless they still know each other. */
  async function reviewSome(users: ReadonlySet<string>): Promise<void> {
    const pairs = new Map<string, Set<string>>();
    for (const { userId, watched } of watchers.values()) {
      const concerned = [...watched].filter((other) => users.has(userId) || users.has(other));
      const known = pairs.get(userId) ?? new Set();
      if (concerned.length > 0) pairs.set(userId, new Set([...known, ...concerned]));
    }
    if (pairs.size === 0) return;
    const known = await access.acquainted(pairs);
    for (const [socketId, { userId }] of watchers)
      drop(
        socketId,
        [...(pairs.get(userId) ?? [])].filter((other) => !known.get(userId)?.has(other)),
      );
  }

  async function look(userIds: readonly string[]): Promise<ReadonlyMap<string, PresenceView>> {
    const among = trusted({ $in: userIds.map(toObjectId) });
    const [online, rows] = await Promise.all([
      models.connections.distinct('user', { user: among }),
      models.users.find({ _id: among }, { lastSeenAt: 1 }).lean(),
    ]);
    const here = new Set(online.map(String));
    return new Map(
      rows.map(({ _id, lastSeenAt }) => {
        const userId = String(_id);
        if (here.has(userId)) return [userId, { userId, status: 'online', lastSeenAt: null }];
        return [userId, { ...unseen(userId), lastSeenAt: lastSeenAt?.toISOString() ?? null }];
      }),
    );
  }

  return {
    opened: (userId, socketId) => void watchers.set(socketId, { userId, watched: new Set() }),
    closed: (socketId) => void watchers.delete(socketId),
    async subscribe(given, { userId, socketId }) {
      const watcher = watchers.get(socketId);
      const userIds = [...new Set(given)];
      if (watcher === undefined) return userIds.map(unseen); // it has closed
      const added = userIds.filter((other) => !watcher.watched.has(other));
      if (watcher.watched.size + added.length > mostWatched) throw new AppError('limit-reached');
      // Before the look-up, so that a review that runs at the same time finds it.
      added.forEach((other) => watcher.watched.add(other));
      const known = await access
        .acquainted(new Map([[userId, new Set(userIds)]]))
        .catch((error: unknown) => {
          drop(socketId, added);
          throw error;
        });
      const isKnown = (other: string): boolean => known.get(userId)?.has(other) ?? false;
      drop(
        socketId,
        userIds.filter((other) => !isKnown(other)),
      );
      const told = userIds.filter((other) => isKnown(other) && watcher.watched.has(other));
      sockets.enter(socketId, told.map(roomOf));
      // After entering: what changes from now on is told.
      const presences = await look(told);
      return userIds.map((other) => presences.get(other) ?? unseen(other));
    },
    unsubscribe: (userIds, socketId) => drop(socketId, userIds),
    doubt,
    doubtAll: () => doubt([...watchers.values()].map(({ userId }) => userId)),
    async tell(presences) {
      if (presences.length === 0) return;
      await review();
      sockets.notifyAll(
        presences.map((payload) => ({
          room: roomOf(payload.userId),
          name: 'presence:updated',
          payload,
        })),
      );
    },
  };
}

const roomOf = (userId: string): string => `presence:${userId}`;

/** What is said of those who are offline, who do not exist, and of whom the caller may not know. */
const unseen = (userId: string): PresenceView => ({ userId, status: 'offline', lastSeenAt: null });
