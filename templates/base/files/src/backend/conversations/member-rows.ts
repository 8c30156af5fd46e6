import { trusted, type ClientSession } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { Models } from '../../models/index.ts';
import { activeMember } from '../../models/membership.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import type { StoredConversation, StoredMembership } from './views.ts';

const { perUser } = limits.conversation;

/** The rows of members as one transaction sees and writes them. */
export class MemberRows {
  readonly #models: Pick<Models, 'conversations' | 'memberships'>;
  readonly #session: ClientSession;

  constructor(models: Pick<Models, 'conversations' | 'memberships'>, session: ClientSession) {
    this.#models = models;
    this.#session = session;
  }

  /** Of a current or former member. */
  find(conversationId: string, userId: string): Promise<StoredMembership | null> {
    return this.#models.memberships
      .findOne({ conversation: conversationId, user: userId })
      .session(this.#session)
      .lean();
  }

  /** Of a current member. @throws AppError `not-found` */
  async findCurrent(conversationId: string, userId: string): Promise<StoredMembership> {
    const row = await this.find(conversationId, userId);
    if (row === null || row.leftAt != null) throw notFound();
    return row;
  }

  /**
   * Counts members of a conversation. Every change of them writes its row, so that they are
   * serialised. @throws AppError `not-found`
   */
  count(conversationId: string, change: number): Promise<StoredConversation> {
    return this.#models.conversations
      .findOneAndUpdate(
        { _id: conversationId, archivedAt: null },
        { $inc: { memberCount: change, membersRev: 1 } },
        { returnDocument: 'after', session: this.#session },
      )
      .orFail(notFound)
      .lean();
  }

  /** @throws AppError `last-owner` when a member is the only owner of a conversation */
  async assertOtherOwner({ role, conversation, user }: StoredMembership): Promise<void> {
    if (role !== 'owner') return;
    const others = { conversation, user: trusted({ $ne: user }), role, ...activeMember };
    const other = await this.#models.memberships.exists(others).session(this.#session);
    if (other === null) throw new AppError('last-owner');
  }
}

/**
 * Refuses when one of the users is in as many conversations as a user may be in. Two requests at
 * the same time may pass together: the limit bounds what a connect reads, give or take one.
 *
 * @throws AppError `limit-reached`
 */
export async function assertMayEnter(
  { memberships }: Pick<Models, 'memberships'>,
  userIds: readonly string[],
): Promise<void> {
  const [full] = await memberships.aggregate([
    { $match: { user: { $in: userIds.map(toObjectId) }, leftAt: null } },
    { $group: { _id: '$user', count: { $sum: 1 } } },
    { $match: { count: { $gte: perUser } } },
    { $limit: 1 },
  ]);
  if (full !== undefined)
    throw new AppError('limit-reached', {
      detail: `A user can be in at most ${perUser} conversations.`,
    });
}
