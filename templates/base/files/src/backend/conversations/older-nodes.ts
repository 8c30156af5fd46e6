import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../configs/limits.ts';

/** What is to be forgotten: conversations, users, and members of conversations. */
export interface Forgotten {
  readonly conversations?: readonly string[];
  readonly users?: readonly string[];
  /** Users whose blocks alone are to be forgotten. */
  readonly blocksOf?: readonly string[];
  readonly member?: readonly [userId: string, conversationId: string];
}

/**
 * Forgets what another node publishes. A node of 0.1.0 publishes a list, `[conversationId?,
 * userId?]`: a member, a conversation, or everything after a block, which has expired by the time
 * it is confirmed.
 */
export async function forgetPublished(
  published: unknown,
  forget: (what: Forgotten) => void,
): Promise<void> {
  if (!Array.isArray(published)) return forget(published as Forgotten);
  const [conversationId, userId] = published as readonly (string | null | undefined)[];
  if (conversationId == null) await sleep(limits.conversation.membershipCacheMs);
  else if (userId == null) forget({ conversations: [conversationId] });
  else forget({ member: [userId, conversationId] });
}
