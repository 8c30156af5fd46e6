import { trusted } from 'mongoose';
import { mentionLimits } from '../../configs/mention-limits.ts';
import type { UserView } from '../../contract/users.ts';
import { discoveryCollation } from '../../models/conversation.ts';
import { activeMember } from '../../models/membership.ts';
import { inIds } from '../../platform/database/ids.ts';
import type { FeatureContext } from '../feature.ts';
import { toUserView } from '../shared/user-view.ts';

/** Other members whose username or display name starts with a text, which is never a pattern. */
export async function listMentionable(
  { models }: Pick<FeatureContext, 'models'>,
  userId: string,
  conversationId: string,
  prefix = '',
  size: number = mentionLimits.mentionable,
): Promise<UserView[]> {
  const members = await models.memberships
    .find({ conversation: conversationId, ...activeMember }, { user: 1 })
    .lean();
  const others = members.map(({ user }) => String(user)).filter((id) => id !== userId);
  // Twice: it sorts behind every character that a name may go on with.
  const range = trusted({ $gte: prefix, $lt: `${prefix}\uffff\uffff` });
  const rows = await models.users
    .find({
      _id: inIds(others),
      status: 'active',
      $or: [{ username: range }, { displayName: range }],
    })
    .collation(discoveryCollation)
    .hint({ _id: 1 }) // that of usernames has those of all conversations
    .sort({ username: 1 })
    .limit(size)
    .lean();
  return rows.map(toUserView);
}
