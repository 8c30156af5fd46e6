import type { Types } from 'mongoose';
import { mentionLimits as limit } from '../../configs/mention-limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import type { StoredFields } from '../../models/message-fields.ts';
import { everybody } from '../../models/mention-fields.ts';
import { activeMember } from '../../models/membership.ts';
import { inIds, toObjectId } from '../../platform/database/ids.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { FeatureContext } from '../feature.ts';
import type { Participation } from '../shared/access.ts';
import type { Draft, SentFields, StoredMessage } from '../shared/message-parts.ts';

type Fields = Pick<StoredFields, 'mentions' | 'mentionAll' | 'silent'>;

/**
 * What is stored of whom a send names, or an edit of `before`. Whoever is no other member is left out
 * without a word: the answer is the same for every id that is nobody's here, and somebody who has just
 * left fails no send.
 */
export async function toNaming(
  { access, models }: Pick<FeatureContext, 'access' | 'models'>,
  { mentions, mentionAll, silent }: SentFields,
  { conversationId, sender }: Draft,
  before?: StoredMessage,
): Promise<{ readonly [Field in keyof Fields]: Fields[Field] | undefined }> {
  if (before !== undefined && mentions === undefined) return {};
  if (before === undefined && mentionAll !== undefined)
    assertMayNameAll(await access.require(sender, conversationId, 'send'));
  const named = await membersAmong(models, conversationId, mentions ?? []);
  const others = named.filter((id) => id !== sender).map(toObjectId);
  const all = (before?.mentionAll ?? mentionAll) === 'all' ? [...others, everybody] : others;
  return {
    mentions: all.length > 0 ? all : undefined,
    ...(before === undefined && { mentionAll, silent }),
  };
}

/** Whether a send names whom a message of its id names; it may name others, who were no members then. */
export const isSameNaming = (
  { mentions = [], mentionAll, silent }: SentFields,
  stored: MessageView,
): boolean =>
  mentionAll === stored.mentionAll &&
  silent === stored.silent &&
  (stored.mentions ?? []).every((id) => mentions.includes(id));

/** Those whom a message names, as members see them. */
export function toNamed(stored: readonly Types.ObjectId[]): string[] | undefined {
  const named = stored.filter((id) => !id.equals(everybody)).map((id) => id.toHexString());
  return named.length > 0 ? named : undefined;
}

/** @throws AppError `forbidden` where it would alert too many, or the only other one */
function assertMayNameAll({ type, role, memberCount }: Participation): void {
  if (type === 'direct') throw new AppError('forbidden');
  if (role === 'member' && memberCount > limit.allUpToMembers)
    throw new AppError('forbidden', {
      detail: `Above ${limit.allUpToMembers} members, admins and owner mention all.`,
    });
}

/** Those of the users who are members now, in their order and each once. */
async function membersAmong(
  { memberships }: Pick<FeatureContext['models'], 'memberships'>,
  conversationId: string,
  userIds: readonly string[],
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const some = { conversation: conversationId, user: inIds(userIds), ...activeMember };
  const rows = await memberships.find(some, { user: 1 }).lean();
  const members = new Set(rows.map(({ user }) => String(user)));
  return [...new Set(userIds)].filter((id) => members.has(id));
}
