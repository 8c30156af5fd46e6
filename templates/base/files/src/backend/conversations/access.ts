import type { ClientSession, Connection } from 'mongoose';
import type { Models } from '../../models/index.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import type { AppError } from '../../platform/errors/app-error.ts';
import { duplicateKeyOf } from '../../platform/errors/database-errors.ts';
import { KeyedMutex } from '../../platform/lib/keyed-mutex.ts';
import type { Cluster } from '../../platform/sockets/socket-api.ts';
import { revalidationMs } from '../../platform/sockets/revalidation.ts';
import type {
  Access,
  KnownMember,
  Participation,
  Permission,
  UserPairs,
  Work,
} from '../shared/access.ts';
import { Blocks } from './blocks.ts';
import { findMutual } from './mutual-conversations.ts';
import { lockParticipations } from './participation-rows.ts';
import { Participations } from './participations.ts';
import { assertMay, refusalOf } from './permissions.ts';
import { dmKeyOf } from './views.ts';

const clusterEvent = 'access:forget';

/** What is to be forgotten: conversations, users, and members of conversations. */
interface Forgotten {
  readonly conversations?: readonly string[];
  readonly users?: readonly string[];
  /** Users whose blocks alone are to be forgotten. */
  readonly blocksOf?: readonly string[];
  readonly member?: readonly [userId: string, conversationId: string];
  readonly everything?: true;
}

interface Ports {
  readonly models: Models;
  readonly cluster: Cluster;
  readonly database: { onTopologyChange(listener: () => void): void };
}

/** Decides who may do what in a conversation. */
export class ConversationAccess implements Access {
  readonly #models: Models;
  readonly #cluster: Cluster;
  readonly #connection: Connection;
  readonly #participations: Participations;
  readonly #blocks: Blocks;
  readonly #mutex = new KeyedMutex();

  constructor({ models, cluster, database }: Ports) {
    // What this node did not hear of is bounded as it is for sockets, and by nothing sooner.
    const ttlMs = (): number => revalidationMs(cluster);
    this.#models = models;
    this.#cluster = cluster;
    this.#connection = models.conversations.db;
    this.#participations = new Participations(models, ttlMs);
    this.#blocks = new Blocks(models, ttlMs);
    cluster.subscribe(clusterEvent, (published) => this.#forgetHere(toForgotten(published)));
    // What a primary said that was none any more.
    database.onTopologyChange(() => this.#forgetHere({ everything: true }));
  }

  require(
    userId: string,
    conversationId: string,
    permission: Permission,
  ): Participation | Promise<Participation> {
    const participation = this.#participations.get(userId, conversationId);
    return participation instanceof Promise
      ? participation.then((found) => assertMay(found, permission))
      : assertMay(participation, permission);
  }

  change<Result>(conversationId: string, work: Work<Result>, deadline?: number): Promise<Result> {
    return this.#mutex.run(conversationId, () =>
      withTransaction(this.#connection, work, {
        // A number or a key that another node was faster to take: the unique index decides.
        isRepeatable: (error) => duplicateKeyOf(error) !== undefined,
        ...(deadline === undefined ? {} : { deadline }),
      }),
    );
  }

  async requireIn(
    session: ClientSession,
    userId: string,
    conversationId: string,
    permission: Permission,
  ): Promise<Participation> {
    const found = await lockParticipations(this.#models, session, conversationId, [userId]);
    return assertMay(found(userId), permission);
  }

  async refusalsIn(
    session: ClientSession,
    conversationId: string,
    asked: readonly { readonly userId: string; readonly permission: Permission }[],
  ): Promise<readonly (AppError | undefined)[]> {
    const userIds = [...new Set(asked.map(({ userId }) => userId))];
    const found = await lockParticipations(this.#models, session, conversationId, userIds);
    return asked.map(({ userId, permission }) => refusalOf(found(userId), permission));
  }

  async changePair(userId: string, otherId: string, work: Work<boolean>): Promise<boolean> {
    const dmKey = dmKeyOf(userId, otherId);
    const touch = { $inc: { membersRev: 1 } };
    const { isChanged, direct } = await withTransaction(this.#connection, async (session) => ({
      direct: await this.#models.conversations
        .findOneAndUpdate({ dmKey }, touch, { projection: { _id: 1 }, session })
        .lean(),
      isChanged: await work(session),
    }));
    // What else the two may do does not depend on it.
    const conversations = direct === null ? [] : [String(direct._id)];
    if (isChanged) await this.#forget({ blocksOf: [userId, otherId], conversations });
    return isChanged;
  }

  blockedWith(userId: string): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    return this.#blocks.of(userId);
  }

  blockedIn(conversationId: string, userId: string): Promise<readonly string[]> {
    return this.#blocks.among(conversationId, userId);
  }

  haveMutualConversation(pairs: UserPairs): Promise<UserPairs> {
    return findMutual(this.#models, pairs);
  }

  learn(): (members: Iterable<KnownMember>) => void {
    return this.#participations.learn();
  }

  forget(conversationId: string, userId?: string): Promise<void> {
    return this.#forget(
      userId === undefined
        ? { conversations: [conversationId] }
        : { member: [userId, conversationId] },
    );
  }

  forgetUser(userId: string, conversationIds: readonly string[]): Promise<void> {
    return this.#forget({ users: [userId], conversations: conversationIds });
  }

  #forget(what: Forgotten): Promise<void> {
    this.#forgetHere(what);
    return this.#cluster.request(clusterEvent, what);
  }

  #forgetHere(what: Forgotten): void {
    const { conversations = [], users = [], blocksOf = [], member, everything } = what;
    if (member !== undefined) this.#participations.forgetMember(...member);
    for (const id of [...conversations, ...users]) this.#participations.forgetAll(id);
    for (const id of [...users, ...blocksOf]) this.#blocks.forget(id);
    if (everything === undefined) return;
    this.#participations.forgetEverything();
    this.#blocks.forgetEverything();
  }
}

/**
 * What another node publishes to be forgotten. A node of 0.1.0 publishes a list, `[conversationId?,
 * userId?]`: a member, a conversation, or everything after a block.
 */
function toForgotten(published: unknown): Forgotten {
  if (!Array.isArray(published)) return published as Forgotten;
  const [conversationId, userId] = published as readonly (string | null | undefined)[];
  if (conversationId == null) return { everything: true };
  return userId == null
    ? { conversations: [conversationId] }
    : { member: [userId, conversationId] };
}
