import { activeMember } from '../../models/membership.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { TrustedContext } from '../feature.ts';

/**
 * Takes a user out of all conversations, direct ones aside; repeating it continues where it was
 * interrupted. Ownership goes to the oldest admin, else to the oldest member.
 */
export async function leaveAll(
  context: Pick<TrustedContext, 'conversations' | 'members' | 'models'>,
  userId: string,
): Promise<void> {
  const { conversations, memberships } = context.models;
  const mine = await memberships.find({ user: userId, leftAt: null }, { conversation: 1 }).lean();
  for (const { conversation } of mine) {
    const row = await conversations
      .findOne({ _id: conversation, archivedAt: null }, { type: 1 })
      .lean();
    if (row !== null && row.type !== 'direct') await leave(context, String(conversation), userId);
  }
}

async function leave(
  { conversations, members, models }: Pick<TrustedContext, 'conversations' | 'members' | 'models'>,
  conversationId: string,
  userId: string,
): Promise<void> {
  try {
    await members.remove(null, conversationId, userId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'last-owner') throw error;
    const successor = await successorOf(models, conversationId, userId);
    if (successor === undefined) return conversations.archive(null, conversationId);
    await members.changeRole(null, conversationId, successor, 'owner');
    await members.remove(null, conversationId, userId);
  }
}

/** The next owner: by rank, then by age. */
async function successorOf(
  { memberships }: Pick<TrustedContext['models'], 'memberships'>,
  conversationId: string,
  userId: string,
): Promise<string | undefined> {
  const rows = await memberships
    .find({ conversation: conversationId, ...activeMember }, { user: 1, role: 1 })
    .sort({ joinedAt: 1, _id: 1 })
    .lean();
  const others = rows.filter((row) => String(row.user) !== userId);
  const successor = others.find((row) => row.role === 'admin') ?? others[0];
  return successor && String(successor.user);
}
