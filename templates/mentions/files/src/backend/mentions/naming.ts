import type { Types } from 'mongoose';
import { mentionLimits as limit } from '../../configs/mention-limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import type { StoredFields } from '../../models/message-fields.ts';
import { everybody } from '../../models/mention-fields.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { AppError, toAppError } from '../../platform/errors/app-error.ts';
import type { FeatureContext } from '../feature.ts';
import type { Participation } from '../shared/access.ts';
import type { Draft, SentFields, StoredMessage } from '../shared/message-parts.ts';

type Access = Pick<FeatureContext['access'], 'require'>;
type Fields = Pick<StoredFields, 'mentions' | 'mentionAll' | 'silent'>;

/**
 * What is stored of whom a send names, or an edit of `before`. Whoever is no other member is left out
 * without a word: the answer is the same for every id that is nobody's here, and somebody who has just
 * left fails no send.
 */
export async function toNaming(
  access: Access,
  { mentions, mentionAll, silent }: SentFields,
  { conversationId, sender }: Draft,
  before?: StoredMessage,
): Promise<{ readonly [Field in keyof Fields]: Fields[Field] | undefined }> {
  if (before !== undefined && mentions === undefined) return {};
  if (before === undefined && mentionAll !== undefined)
    assertMayNameAll(await access.require(sender, conversationId, 'send'));
  const named = await membersAmong(access, conversationId, mentions ?? []);
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
  access: Access,
  conversationId: string,
  userIds: readonly string[],
): Promise<string[]> {
  const ids = [...new Set(userIds)];
  const areMembers = await Promise.all(ids.map((id) => isMember(access, conversationId, id)));
  return ids.filter((_id, index) => areMembers[index]);
}

/** By what is known of rights, which a busy conversation has at hand, so that naming costs no query. */
async function isMember(access: Access, conversationId: string, userId: string): Promise<boolean> {
  try {
    return (await access.require(userId, conversationId, 'see')).role !== null;
  } catch (error) {
    if (toAppError(error).code === 'not-found') return false;
    throw error;
  }
}
