import type { ClientSession } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { ConversationRow, Models } from '../../models/index.ts';
import { activeMember } from '../../models/membership.ts';
import { inIds } from '../../platform/database/ids.ts';
import { Loader } from '../../platform/lib/loader.ts';
import { TtlCache } from '../../platform/lib/ttl-cache.ts';
import type { Participation } from '../shared/access.ts';
import { blockedPairs } from './blocks.ts';

const cacheSize = 100_000;
const maxTogether = 100; // calls that share their queries
const readsAtOnce = 8; // a message waits for its right: rather a few more queries than a queue
const gatherMs = 100; // well below the half of the cache's time in which it is refreshed

type ReadModels = Pick<Models, 'blocks' | 'conversations' | 'memberships' | 'users'>;

/** Null where there is no conversation. */
type Found = Participation | null;

/** What stands between the two of a direct conversation. */
type Between = Pick<Participation, 'blocked' | 'erased'>;

type Row = Pick<ConversationRow, 'type' | 'visibility' | 'memberCount'> & { readonly _id: unknown };

const conversationFields = { type: 1, visibility: 1, memberCount: 1, dmKey: 1 } as const;
const nothing: Between = { blocked: false, erased: false };

/** What rights are judged by: as a node remembers it for a moment, and as a transaction sees it. */
export class Participations {
  readonly #models: ReadModels;
  readonly #known = new TtlCache<Found>(limits.conversation.membershipCacheMs, cacheSize);
  /** Concurrent calls share two queries, and two more where a conversation is direct. */
  readonly #loader: Loader<Found>;
  /** For what nobody waits for: gathered for a moment, so that many share their queries. */
  readonly #renewing: Loader<Found>;
  /** A change of a whole conversation or a user gives it a new one: the old keys just expire. */
  readonly #generations = new Map<string, number>();
  #latest = 0;
  #epoch = 0;

  constructor(models: ReadModels) {
    this.#models = models;
    this.#loader = new Loader((keys) => this.#read(keys), { atOnce: readsAtOnce });
    this.#renewing = new Loader((keys) => this.#read(keys), { gatherMs });
  }

  /** Available at once where it is known. */
  get(userId: string, conversationId: string): Found | Promise<Found> {
    const key = keyOf(userId, conversationId);
    return this.#known.get(
      this.#cacheKeyOf(userId, conversationId),
      async () => (await this.#loader.one(key)) ?? null,
      async () => (await this.#renewing.one(key)) ?? null,
    );
  }

  forgetMember(userId: string, conversationId: string): void {
    this.#known.delete(this.#cacheKeyOf(userId, conversationId));
  }

  /** Forgets everything about a conversation, or about a user. */
  forgetAll(id: string): void {
    if (this.#generations.size >= cacheSize) {
      this.#generations.clear();
      this.#epoch += 1;
    }
    this.#generations.set(id, (this.#latest += 1));
  }

  /**
   * What several users are in a conversation, as a transaction sees it; what is read of the rows that
   * say it is also written. That of the conversation is written first: of two transactions one stops
   * there at once.
   */
  async lock(
    session: ClientSession,
    conversationId: string,
    userIds: readonly string[],
  ): Promise<(userId: string) => Found> {
    const row = await this.#models.conversations
      .findOneAndUpdate(
        { _id: conversationId, archivedAt: null },
        { $inc: { membersRev: 1 } },
        { projection: conversationFields, returnDocument: 'after', session },
      )
      .lean();
    if (row === null) return () => null;
    const roles = await this.#lockRoles(session, conversationId, userIds);
    const pair = roles.size === 0 ? null : row.dmKey;
    // A block writes the row of the conversation, and so does the erasure of an account.
    const between = await this.#readBetween(typeof pair === 'string' ? [pair] : [], session);
    return (userId) => toParticipation(row, roles.get(userId) ?? null, between(pair));
  }

  async #lockRoles(
    session: ClientSession,
    conversationId: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, Participation['role']>> {
    const { memberships } = this.#models;
    const touch = { $inc: { rightsRev: 1 } };
    const options = { projection: { user: 1, role: 1 }, session };
    const [userId, other] = userIds;
    if (userId !== undefined && other === undefined) {
      const own = { conversation: conversationId, user: userId, ...activeMember };
      const row = await memberships.findOneAndUpdate(own, touch, options).lean();
      return new Map(row === null ? [] : [[String(row.user), row.role]]);
    }
    const some = { conversation: conversationId, user: inIds(userIds), ...activeMember };
    await memberships.updateMany(some, touch, { session });
    const rows = await memberships.find(some, { user: 1, role: 1 }).session(session).lean();
    return new Map(rows.map((row) => [String(row.user), row.role]));
  }

  #cacheKeyOf(userId: string, conversationId: string): string {
    return `${this.#partOf(conversationId)} ${this.#epoch} ${this.#partOf(userId)}`;
  }

  #partOf(id: string): string {
    return `${id} ${this.#generations.get(id) ?? 0}`;
  }

  async #read(keys: readonly string[]): Promise<ReadonlyMap<string, Found>> {
    const parts = Array.from({ length: Math.ceil(keys.length / maxTogether) }, (_, index) =>
      keys.slice(index * maxTogether, (index + 1) * maxTogether),
    );
    return new Map((await Promise.all(parts.map((part) => this.#readSome(part)))).flat());
  }

  async #readSome(keys: readonly string[]): Promise<[string, Found][]> {
    const { conversations, memberships } = this.#models;
    const conversation = inIds(keys.map(conversationOf));
    const user = inIds(keys.map(userOf));
    const [rows, members] = await Promise.all([
      conversations.find({ _id: conversation, archivedAt: null }, conversationFields).lean(),
      memberships
        .find({ conversation, user, ...activeMember }, { conversation: 1, user: 1, role: 1 })
        .lean(),
    ]);
    const byId = new Map(rows.map((row) => [String(row._id), row]));
    const roles = new Map(
      members.map((row) => [keyOf(String(row.user), String(row.conversation)), row.role]),
    );
    const between = await this.#readBetween(rows.flatMap(({ dmKey }) => dmKey ?? []));
    return keys.map((key) => {
      const row = byId.get(conversationOf(key));
      if (row === undefined) return [key, null];
      return [key, toParticipation(row, roles.get(key) ?? null, between(row.dmKey))];
    });
  }

  /** What is between the two of each pair. */
  async #readBetween(
    pairs: readonly string[],
    session: ClientSession | null = null,
  ): Promise<(pair: string | null | undefined) => Between> {
    if (pairs.length === 0) return () => nothing;
    const people = inIds(pairs.flatMap((pair) => pair.split(' ')));
    const readBlocked = () =>
      blockedPairs(this.#models, { user: people, blocked: people }, session);
    const readErased = () =>
      this.#models.users
        .find({ _id: people, status: 'erased' }, { _id: 1 })
        .session(session)
        .lean();
    // A transaction does one thing at a time.
    const [blocked, erased] =
      session === null
        ? await Promise.all([readBlocked(), readErased()])
        : [await readBlocked(), await readErased()];
    const gone = new Set(erased.map((row) => String(row._id)));
    return (pair) => ({
      blocked: blocked.has(pair ?? ''),
      erased: (pair ?? '').split(' ').some((id) => gone.has(id)),
    });
  }
}

/** A conversation with the role of the caller in it. What is between two people is no matter of anybody else's. */
function toParticipation(
  { _id, type, visibility, memberCount }: Row,
  role: Participation['role'],
  between: Between,
): Participation {
  const known = role === null ? nothing : between;
  return { conversationId: String(_id), type, visibility, memberCount, role, ...known };
}

const keyOf = (userId: string, conversationId: string): string => `${conversationId} ${userId}`;
const conversationOf = (key: string): string => key.slice(0, key.indexOf(' '));
const userOf = (key: string): string => key.slice(key.indexOf(' ') + 1);
