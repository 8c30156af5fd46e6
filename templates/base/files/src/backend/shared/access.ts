import type { ConversationRow, MembershipRow } from '../../models/index.ts';

/** What somebody wants to do in a conversation. */
export type Need =
  | 'see' // the conversation's row: members, and anybody when it is public
  | 'read' // history, sync, members
  | 'send' // a message: in a channel owner and admins only, in a direct one nobody who is blocked
  | 'signal' // typing, receipts: like read; a block in a direct one says nothing
  | 'moderate' // delete another's message, rename, add and remove plain members
  | 'own'; // roles, visibility, archiving

/** A conversation with the caller's own membership. */
export interface Room {
  readonly conversationId: string;
  readonly type: ConversationRow['type'];
  readonly visibility: ConversationRow['visibility'];
  readonly memberCount: number;
  readonly role: MembershipRow['role'] | null;
  /** A block between the two of a direct conversation. */
  readonly blocked: boolean;
}

/** Users, each with some others. */
export type UserPairs = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The only way to a conversation; the table of rights is in docs/architecture.md.
 *
 * Rows are cached for at most a second and forgotten on all nodes at every change.
 */
export interface Access {
  /**
   * There at once where it is known.
   *
   * @throws AppError `not-found` for strangers of a private conversation and for archived ones,
   * `forbidden` for a missing role and for strangers of a public one, `blocked`, `conflict` for what
   * a direct conversation does not have.
   */
  room(userId: string, conversationId: string, need: Need): Room | Promise<Room>;
  /**
   * For each user those of the others whom they know: both are in one conversation, and neither has
   * blocked the other. Nothing of it is cached.
   */
  acquainted(pairs: UserPairs): Promise<UserPairs>;
  /** Forgets what is cached of a conversation, of one member or of all; here before it returns. */
  forget(conversationId: string, userId?: string): Promise<void>;
}
