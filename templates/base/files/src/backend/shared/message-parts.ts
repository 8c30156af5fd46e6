import type { ClientSession, mongo } from 'mongoose';
import type { ConversationView } from '../../contract/conversations.ts';
import type { ownFields } from '../../contract/message-fields.ts';
import type { MessageView, SentFields } from '../../contract/messages.ts';
import type { StoredFields } from '../../models/message-fields.ts';
import type { StoredMessage } from '../../models/message.ts';
import type { Patch } from '../../platform/database/patch.ts';
import type { ChangeBatch, ChangeKind, ChangeTarget, Draft } from '../../platform/log/types.ts';
import type { Permission } from './access.ts';

export type { Draft, SentFields, StoredMessage };

/** A field that a feature may add to messages: it is stored under the name under which it is shown. */
export type FieldName = keyof StoredFields & keyof MessageView;

/** What a feature adds to messages. What a deletion leaves of it is said where it is stored. */
export interface MessagePart<Name extends FieldName> {
  /** Each field as members see it; undefined shows nothing. */
  readonly fields: {
    readonly [Field in Name]: (stored: NonNullable<StoredFields[Field]>) => MessageView[Field];
  };
  /**
   * What is stored of the fields of a send, whose right is judged; only asked where there are some. An
   * error refuses the send, unless it repeats one that is stored. The same for the fields of an edit of
   * `before`, where undefined removes a field.
   */
  readonly prepare?: (
    sent: SentFields,
    draft: Draft,
    before?: StoredMessage,
  ) => Promise<Patch<Pick<StoredFields, Name>>>;
  /** The same when every part has prepared: for what a send takes, so that no other refusal leaves it taken. */
  readonly claim?: (sent: SentFields, draft: Draft) => Promise<Patch<Pick<StoredFields, Name>>>;
  /**
   * Whether a send says in its fields what a message of its id says, which is neither edited nor deleted;
   * left out, they are not compared. `prepared` has nothing where `prepare` refused what is repeated.
   */
  readonly isRepeat?: (sent: SentFields, stored: MessageView, prepared: StoredFields) => boolean;
  /** What one reader sees besides, by message id; one call for a page. */
  readonly toReader?: (
    userId: string,
    rows: readonly StoredMessage[],
  ) => Promise<ReadonlyMap<string, Partial<MessageView>>>;
  /** Removes rows of its own, in the transaction that deletes the messages. */
  readonly deleted?: (rows: readonly StoredMessage[], session: ClientSession) => Promise<unknown>;
}

/** A kind of change of messages, as a feature brings one. */
export type MessageChange<Wanted extends ChangeTarget> = ChangeKind<
  StoredMessage,
  Wanted,
  Permission
>;

/** What waited of it in one conversation. */
export type MessageBatch<Wanted> = ChangeBatch<StoredMessage, Wanted>;

/** Which messages of a conversation, by an index. */
export interface MessagesWhere {
  readonly filter: mongo.Filter<StoredMessage>;
  readonly sort: mongo.Sort;
  readonly limit: number;
  /** The index, where another one could look better. */
  readonly hint?: mongo.Hint;
}

/** What a user has not read of a conversation. */
export interface UnreadPlace {
  readonly conversationId: string;
  /** The last message that was read. */
  readonly after: number;
  /** The last message. */
  readonly upTo: number;
}

/** A conversation of a user's own, as far as it is read. */
export interface OwnRow {
  readonly conversationId: string;
  readonly lastSeq: number;
  readonly lastReadSeq: number;
  /** How many messages behind that are there. */
  readonly unread: number;
}

/** What features show of a conversation to one member. */
export type ListFields = {
  readonly [Name in Exclude<keyof typeof ownFields, 'notifications'>]: ConversationView[Name];
};

/** A field of conversations as one user sees it, by their ids; what is left out is absent. */
export type ReadList<Name extends keyof ListFields> = (
  userId: string,
  rows: readonly OwnRow[],
) => Promise<ReadonlyMap<string, ListFields[Name]>>;

/** How many messages have a value in a field, and the last of them. */
export interface MessageCount {
  readonly _id: number;
  readonly count: number;
  readonly lastSeq: number;
}

/** Where a feature joins messages. */
export interface MessagePort {
  /** Adds fields; one of the contract that no part adds stops the start. */
  extend<Name extends FieldName>(part: MessagePart<Name>): void;
  /**
   * Makes a kind of change possible; each call of the answer asks for one and returns the message
   * after it, as whoever asked sees it. The caller has called `access.require`; the right is judged
   * again where the change is stored.
   */
  change<Wanted extends ChangeTarget>(
    kind: MessageChange<Wanted>,
  ): (one: Wanted) => Promise<MessageView>;
  /** Adds a field to the user's own conversations; one call a page of them. */
  extendList<Name extends keyof ListFields>(name: Name, read: ReadList<Name>): void;
  /** Rows as one reader sees them, in their order; the caller has called `access.require`. */
  show(userId: string, rows: readonly StoredMessage[]): Promise<readonly MessageView[]>;
  /** Messages as one reader sees them; the caller has called `access.require`. */
  get(
    userId: string,
    conversationId: string,
    where: MessagesWhere,
  ): Promise<readonly MessageView[]>;
}
