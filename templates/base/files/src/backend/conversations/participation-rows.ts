import type { ClientSession } from 'mongoose';
import type { ConversationRow, MembershipRow, Models } from '../../models/index.ts';
import { activeMember } from '../../models/membership.ts';
import { inIds } from '../../platform/database/ids.ts';
import type { Participation } from '../shared/access.ts';
import { blockedPairs } from './blocks.ts';

/** A conversation as all see it who are in it. */
export type Shared = Omit<Participation, 'role'>;

/** A user in a conversation, whether they are a member or not. */
export interface MemberKey {
  readonly userId: string;
  readonly conversationId: string;
}

/** What stands between the two of a direct conversation. */
type Between = Pick<Participation, 'blocked' | 'erased'>;

type Row = Pick<ConversationRow, 'type' | 'visibility' | 'memberCount'> & { readonly _id: unknown };

const conversationFields = { type: 1, visibility: 1, memberCount: 1, dmKey: 1 } as const;
const nothing: Between = { blocked: false, erased: false };

export const keyOf = ({ userId, conversationId }: MemberKey): string =>
  `${conversationId} ${userId}`;

/** What rights are judged by, as the database has it. */
export class ParticipationRows {
  readonly #models: Pick<Models, 'blocks' | 'conversations' | 'memberships' | 'users'>;

  constructor(models: Pick<Models, 'blocks' | 'conversations' | 'memberships' | 'users'>) {
    this.#models = models;
  }

  /** Those of the conversations that are there. */
  async conversations(ids: readonly string[]): Promise<ReadonlyMap<string, Shared>> {
    const rows = await this.#models.conversations
      .find({ _id: inIds(ids), archivedAt: null }, conversationFields)
      .lean();
    const between = await this.#readBetween(rows.flatMap(({ dmKey }) => dmKey ?? []));
    return new Map(rows.map((row) => [String(row._id), toShared(row, between(row.dmKey))]));
  }

  /** The roles of those who are members, by `keyOf`. */
  async roles(keys: readonly string[]): Promise<ReadonlyMap<string, MembershipRow['role']>> {
    const ids = keys.map((key) => key.split(' ') as [string, string]);
    const conversation = inIds(ids.map(([conversationId]) => conversationId));
    const user = inIds(ids.map(([, userId]) => userId));
    // More than was asked for, where several of the users are in several of the conversations.
    const rows = await this.#models.memberships
      .find({ conversation, user, ...activeMember }, { conversation: 1, user: 1, role: 1 })
      .lean();
    return new Map(
      rows.map((row) => {
        const member = { conversationId: String(row.conversation), userId: String(row.user) };
        return [keyOf(member), row.role];
      }),
    );
  }

  /** As a transaction sees it; what is read of the two rows that say it is also written. */
  async lock(session: ClientSession, { userId, conversationId }: MemberKey) {
    const { conversations, memberships } = this.#models;
    const row = await conversations
      .findOneAndUpdate(
        { _id: conversationId, archivedAt: null },
        { $inc: { membersRev: 1 } },
        { projection: conversationFields, returnDocument: 'after', session },
      )
      .lean();
    if (row === null) return null;
    const own = await memberships
      .findOneAndUpdate(
        { conversation: conversationId, user: userId, ...activeMember },
        { $inc: { rightsRev: 1 } },
        { projection: { role: 1 }, session },
      )
      .lean();
    const pair = own === null ? null : row.dmKey;
    // A block writes the row of the conversation, and so does the erasure of an account.
    const between = await this.#readBetween(typeof pair === 'string' ? [pair] : [], session);
    return toParticipation(toShared(row, between(pair)), own?.role ?? null);
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
export const toParticipation = (shared: Shared, role: Participation['role']): Participation =>
  role === null ? { ...shared, ...nothing, role } : { ...shared, role };

const toShared = ({ _id, type, visibility, memberCount }: Row, between: Between): Shared => ({
  conversationId: String(_id),
  type,
  visibility,
  memberCount,
  ...between,
});
