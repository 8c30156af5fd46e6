import type { ClientSession, Types } from 'mongoose';
import type { Logger } from 'pino';
import type { MessageView, SentFields } from '../../contract/messages.ts';
import type { Patch } from '../database/patch.ts';
import type { AppError } from '../errors/app-error.ts';
import type { BatchEnd } from '../lib/events.ts';
import type { Notice } from '../sockets/socket-api.ts';

/** A message that has no number yet; who may send it and its form are checked. */
export type Draft = Pick<MessageView, 'id' | 'conversationId' | 'sender'> & {
  readonly content: string;
  /** What its send says in fields of features. */
  readonly sent?: SentFields;
  /** What features store with it; only the store knows what that is. */
  readonly fields?: object;
};

/** How an ordered insert ended: how many messages are stored, and what stopped it at the next one. */
export interface Inserted {
  readonly stored: number;
  readonly stoppedBy?: Stop;
}

/**
 * Why a message was not inserted: its number is taken, since another node was faster; one of its id is
 * stored, as which it is a repeat or a mistake; or it cannot be stored at all.
 */
export type Stop =
  | { readonly reason: 'number-taken' | 'id-taken' }
  | { readonly reason: 'refused'; readonly error: Error };

/** The reads and the write that the log needs of the database; all of them with a majority. */
export interface MessageStore {
  /** A message as members will see it, once it is stored under this number. */
  toMessage(draft: Draft, seq: number, timestamp: Date): MessageView;
  /**
   * Stores messages in their order, so that what is stored is always a prefix of them, and a majority
   * has it. Rejects when it is not known what is stored.
   */
  insert(messages: readonly MessageView[]): Promise<Inserted>;
  /** The highest number of each conversation that has messages. */
  lastSeqs(conversationIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The messages that are stored under the ids of drafts, whoever sent them and wherever. */
  find(drafts: readonly Draft[]): Promise<readonly MessageView[]>;
  /** Whether a draft says what a message of its id says. */
  isRepeat(draft: Draft, message: MessageView): boolean;
}

/** What a log works on, and whom it tells. */
export interface MessageLogOptions {
  readonly log: Logger;
  readonly store: MessageStore;
  readonly now: () => Date;
  /** Messages are stored; called for each stored prefix of a batch, before their senders are answered. */
  readonly onStored: (messages: readonly MessageView[]) => void;
  /** Repeats were found: the notice of these may have been lost with the node that stored them. */
  readonly onRepeated: (messages: readonly MessageView[]) => void;
  /** Every message of a batch has its result, or waits for one on its own. */
  readonly onBatchEnd: (end: BatchEnd) => void;
}

/** What of a message's row its changes rest on. */
export interface ChangeableRow {
  readonly _id: Types.UUID;
  readonly conversation: Types.ObjectId;
  readonly seq: number;
  /** Its last change; absent until there is one. */
  readonly rev?: number | null | undefined;
  readonly deletedAt?: Date | null | undefined;
}

/** A change as it is stored; never what the message said. */
export interface StoredChange {
  readonly _id: Types.ObjectId;
  readonly conversation: Types.ObjectId;
  readonly rev: number;
  readonly message: Types.UUID;
  readonly type: string;
  readonly by: Types.ObjectId;
  readonly timestamp: Date;
}

/** Which message, and who changes it. */
export interface ChangeTarget {
  readonly conversationId: string;
  readonly messageId: string;
  readonly userId: string;
}

/** A kind of change of messages that exist. What waits of one kind in a conversation is one batch. */
export interface ChangeKind<Row, Wanted extends ChangeTarget, Permission> {
  /** In the rows of `changes`. */
  readonly type: string;
  /** The right to it, judged in the transaction; left out by jobs, which need none. */
  readonly permission?: (one: Wanted) => Permission;
  /** How long a conversation rests after the start of a batch, in milliseconds; storms become few batches. */
  readonly restMs?: (one: Wanted) => number;
  /**
   * Decides in the transaction, and again after a lost race, what of each message becomes what, by
   * its id. A message that is not in the answer stays as it is and gets no rev.
   */
  apply(batch: ChangeBatch<Row, Wanted>): Promise<ReadonlyMap<string, Patch<Row>>>;
  /** What is told besides, just before the notice of the message. */
  readonly notice?: (one: Wanted, row: Row, seen: Partial<MessageView>) => Notice;
}

/** What waited for one conversation: those who may, and messages that are there and not deleted. */
export interface ChangeBatch<Row, Wanted> {
  /** In the order they came. */
  readonly wanted: readonly Wanted[];
  readonly messages: ReadonlyMap<string, Row>;
  readonly session: ClientSession;
  /** How many messages of the conversation are so, as the transaction sees them; by an index. */
  readonly count: (filter: Readonly<Record<string, unknown>>) => Promise<number>;
  /** This one gets an error, the others go on. */
  readonly refuse: (one: Wanted, error: AppError) => void;
  /** What only its user sees of the message, for the answer to this one. */
  readonly accept: (one: Wanted, seen: Partial<MessageView>) => void;
}

/** A message after a change. */
export interface ChangeResult<Row> {
  readonly row: Row;
  /** What only the user sees who asked for it. */
  readonly seen: Partial<MessageView>;
}
