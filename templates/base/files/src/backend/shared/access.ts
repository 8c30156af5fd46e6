import type { ClientSession } from 'mongoose';
import type { ConversationRow, MembershipRow } from '../../models/index.ts';
import { AppError } from '../../platform/errors/app-error.ts';

/** What somebody wants to do in a conversation. */
export type Permission =
  | 'see' // the conversation's row: members, and anybody when it is public
  | 'read' // history, sync, members
  | 'send' // a message: in a channel owner and admins only, in a direct one nobody who is blocked
  | 'edit' // one's own message: whoever may not send may not write in other ways either
  | 'react' // to a message: like send
  | 'pin' // a message: admins and owner, and the two of a direct one while neither is blocked
  | 'retract' // delete one's own message: any member
  | 'signal' // typing, receipts: like read; a block in a direct one says nothing
  | 'moderate' // delete another's message, rename, add and remove plain members
  | 'own'; // roles, visibility, archiving

/** A conversation with the caller's own membership. */
export interface Participation {
  readonly conversationId: string;
  readonly type: ConversationRow['type'];
  readonly visibility: ConversationRow['visibility'];
  readonly memberCount: number;
  readonly role: MembershipRow['role'] | null;
  /** A block between the two of a direct conversation. */
  readonly blocked: boolean;
  /** One of the two of a direct conversation has erased their account. */
  readonly erased: boolean;
}

/** A member as a read has found them. */
export interface KnownMember {
  readonly userId: string;
  readonly conversationId: string;
  readonly role: MembershipRow['role'];
}

/** Users, each with some others. */
export type UserPairs = ReadonlyMap<string, ReadonlySet<string>>;

/** The work of a transaction; it may be repeated. */
export type Work<Result> = (session: ClientSession) => Promise<Result>;

/**
 * The only way to a conversation; the table of rights is in docs/architecture.md.
 *
 * What is sent or read asks for a right that this node knows. What is stored and depends on a right
 * checks it again where it is written, by `requireIn` in the transaction of a `change`.
 */
export interface Access {
  /**
   * The right, never older than the last acknowledged change; available at once where it is known. A
   * node that does not hear the others knows it as long as its sockets keep their rooms: 5 s, or 60 s
   * where there are no others.
   *
   * @throws AppError `not-found` for strangers of a private conversation and for archived ones,
   * `forbidden` for a missing role and for strangers of a public one, `blocked`, `conflict` for
   * what a direct conversation does not have.
   */
  require(
    userId: string,
    conversationId: string,
    permission: Permission,
  ): Participation | Promise<Participation>;
  /**
   * Changes something of a conversation in one transaction, in turn with the other changes of this
   * node. `deadline` is on the monotonic clock, in milliseconds.
   *
   * @throws AppError `unavailable` when it cannot be done in time
   */
  change<Result>(conversationId: string, work: Work<Result>, deadline?: number): Promise<Result>;
  /**
   * The right as this transaction sees it. Reading it is not enough: two transactions that read
   * what the other one writes both succeed. So this writes the conversation's row and the caller's
   * membership, which whatever ends a right writes too: only one of the two is committed.
   *
   * @throws AppError as `require`
   */
  requireIn(
    session: ClientSession,
    userId: string,
    conversationId: string,
    permission: Permission,
  ): Promise<Participation>;
  /**
   * The same of several users at once: why each of them may not, or undefined. Nothing is thrown, so
   * that the others go on. A job asks for nobody, and still writes the conversation's row: what others
   * store by a right there is in conflict with it.
   */
  refusalsIn(
    session: ClientSession,
    conversationId: string,
    asked: readonly { readonly userId: string; readonly permission: Permission }[],
  ): Promise<readonly (AppError | undefined)[]>;
  /**
   * Changes a block between two users in one transaction, which conflicts with what they do in
   * their direct conversation. When it resolves with true, as `work` says that something changed,
   * all nodes have forgotten what they knew of it.
   */
  changePair(userId: string, otherId: string, work: Work<boolean>): Promise<boolean>;
  /** With whom a user has a block, whoever made it; as current as `require`. */
  blockedWith(userId: string): ReadonlySet<string> | Promise<ReadonlySet<string>>;
  /** Those of them who are in a conversation now, and are left out of a notice there. */
  blockedIn(conversationId: string, userId: string): Promise<readonly string[]>;
  /**
   * For each user those of the others whom they know: both are in one conversation, and neither has
   * blocked the other. Nothing of it is cached.
   */
  haveMutualConversation(pairs: UserPairs): Promise<UserPairs>;
  /**
   * Begins a read of members, with majority from the primary: what it finds may be given to the
   * returned function, so that the first of what they do asks for less.
   */
  learn(): (members: Iterable<KnownMember>) => void;
  /** Forgets what is cached about a conversation or one member; on all nodes when it resolves. */
  forget(conversationId: string, userId?: string): Promise<void>;
  /**
   * Forgets what is cached about a user, and about conversations; on all nodes when it resolves.
   */
  forgetUser(userId: string, conversationIds: readonly string[]): Promise<void>;
}

/** Whether somebody may read a conversation: for what is shown of several, where a refusal is no error. */
export async function mayRead(
  access: Pick<Access, 'require'>,
  userId: string,
  conversationId: string,
): Promise<boolean> {
  try {
    await access.require(userId, conversationId, 'read');
    return true;
  } catch (error) {
    if (error instanceof AppError && ['not-found', 'forbidden'].includes(error.code)) return false;
    throw error;
  }
}
