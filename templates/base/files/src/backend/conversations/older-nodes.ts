/** What is to be forgotten: conversations, users, and members of conversations. */
export interface Forgotten {
  readonly conversations?: readonly string[];
  readonly users?: readonly string[];
  /** Users whose blocks alone are to be forgotten. */
  readonly blocksOf?: readonly string[];
  readonly member?: readonly [userId: string, conversationId: string];
  readonly everything?: true;
}

/**
 * What another node publishes to be forgotten. A node of 0.1.0 publishes a list, `[conversationId?,
 * userId?]`: a member, a conversation, or everything after a block.
 */
export function toForgotten(published: unknown): Forgotten {
  if (!Array.isArray(published)) return published as Forgotten;
  const [conversationId, userId] = published as readonly (string | null | undefined)[];
  if (conversationId == null) return { everything: true };
  return userId == null
    ? { conversations: [conversationId] }
    : { member: [userId, conversationId] };
}
