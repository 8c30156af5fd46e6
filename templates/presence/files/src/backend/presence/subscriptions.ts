import type { PresenceView } from '../../contract/presence.ts';
import type { FeatureContext } from '../feature.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import { inIds } from '../../platform/database/ids.ts';
import type { SocketCaller } from '../../platform/sockets/socket-api.ts';

const maxSubscriptions = 1_000; // users a socket
const maxReviewedAtOnce = 500; // users

/** A socket and the users whose presence it gets. */
interface Subscriber {
  readonly userId: string;
  readonly subscribedTo: Set<string>;
}

type Context = Pick<FeatureContext, 'access' | 'log' | 'models' | 'sockets'>;

/** Who gets whose presence on this node: only users who know each other. */
export class Subscriptions {
  readonly #context: Context;
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #invalid = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  opened(userId: string, socketId: string): void {
    this.#subscribers.set(socketId, { userId, subscribedTo: new Set() });
  }

  closed(socketId: string): void {
    this.#subscribers.delete(socketId);
  }

  /** Callers who may not know get the same answer for every id. @throws AppError `limit-reached` */
  async subscribe(
    given: readonly string[],
    { userId, socketId }: SocketCaller,
  ): Promise<PresenceView[]> {
    const subscriber = this.#subscribers.get(socketId);
    const userIds = [...new Set(given)];
    if (subscriber === undefined) return userIds.map(unseen); // it has closed
    const added = userIds.filter((other) => !subscriber.subscribedTo.has(other));
    if (subscriber.subscribedTo.size + added.length > maxSubscriptions)
      throw new AppError('limit-reached');
    // Before the look-up, so that a review that runs at the same time finds it.
    added.forEach((other) => subscriber.subscribedTo.add(other));
    const known = await this.#knownTo(userId, userIds).catch((error: unknown) => {
      this.unsubscribe(added, socketId);
      throw error;
    });
    this.unsubscribe(
      userIds.filter((other) => !known.has(other)),
      socketId,
    );
    const told = userIds.filter((other) => known.has(other) && subscriber.subscribedTo.has(other));
    this.#context.sockets.addToRooms(socketId, told.map(roomOf));
    // After entering: what changes from now on is told.
    const presences = await this.#look(told);
    return userIds.map((other) => presences.get(other) ?? unseen(other));
  }

  unsubscribe(userIds: readonly string[], socketId: string): void {
    userIds.forEach((userId) => this.#subscribers.get(socketId)?.subscribedTo.delete(userId));
    this.#context.sockets.removeFromRooms(socketId, userIds.map(roomOf));
  }

  /** Something changed for users: what they may know, and who may know of them, is looked up again. */
  invalidate(userIds: readonly string[]): void {
    for (const userId of userIds) this.#invalid.add(userId);
    this.#review().catch((error: unknown) =>
      this.#context.log.warn({ err: error }, 'presence could not be reviewed, it will be retried'),
    );
  }

  /** The same for all subscribers on this node. */
  invalidateAll(): void {
    this.invalidate([...this.#subscribers.values()].map(({ userId }) => userId));
  }

  /** Notifies the subscribers on all nodes; on this one nothing that is invalid. */
  async notify(presences: readonly PresenceView[]): Promise<void> {
    if (presences.length === 0) return;
    await this.#review();
    this.#context.sockets.notifyAll(
      presences.map((payload) => ({
        room: roomOf(payload.userId),
        name: 'presence:updated',
        payload,
      })),
    );
  }

  #review(): Promise<void> {
    this.#running ??= this.#reviewAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #reviewAll(): Promise<void> {
    while (this.#invalid.size > 0) {
      const users = new Set([...this.#invalid].slice(0, maxReviewedAtOnce));
      users.forEach((userId) => this.#invalid.delete(userId));
      try {
        await this.#reviewSome(users);
      } catch (error) {
        users.forEach((userId) => this.#invalid.add(userId));
        throw error;
      }
    }
  }

  /** Ends subscriptions by or to one of the users, unless the two still know each other. */
  async #reviewSome(users: ReadonlySet<string>): Promise<void> {
    const pairs = new Map<string, Set<string>>();
    for (const { userId, subscribedTo } of this.#subscribers.values()) {
      const concerned = [...subscribedTo].filter((other) => users.has(userId) || users.has(other));
      const known = pairs.get(userId) ?? new Set();
      if (concerned.length > 0) pairs.set(userId, new Set([...known, ...concerned]));
    }
    if (pairs.size === 0) return;
    const known = await this.#context.access.haveMutualConversation(pairs);
    for (const [socketId, { userId }] of this.#subscribers) {
      const others = [...(pairs.get(userId) ?? [])];
      this.unsubscribe(
        others.filter((other) => !known.get(userId)?.has(other)),
        socketId,
      );
    }
  }

  async #knownTo(userId: string, others: readonly string[]): Promise<ReadonlySet<string>> {
    const pairs = new Map([[userId, new Set(others)]]);
    return (await this.#context.access.haveMutualConversation(pairs)).get(userId) ?? new Set();
  }

  async #look(userIds: readonly string[]): Promise<ReadonlyMap<string, PresenceView>> {
    const { connections, users } = this.#context.models;
    const among = inIds(userIds);
    const [online, rows] = await Promise.all([
      connections.distinct('user', { user: among }),
      users.find({ _id: among }, { lastSeenAt: 1 }).lean(),
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
}

const roomOf = (userId: string): string => `presence:${userId}`;

/** What is said of those who are offline, who do not exist, and of whom the caller may not know. */
const unseen = (userId: string): PresenceView => ({ userId, status: 'offline', lastSeenAt: null });
