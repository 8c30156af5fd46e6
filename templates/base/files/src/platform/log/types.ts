import type { Logger } from 'pino';
import type { MessageView } from '../../contract/messages.ts';
import type { BatchEnd } from '../lib/events.ts';

/** A message that has no number yet; who may send it and its form are checked. */
export type Draft = Pick<MessageView, 'id' | 'conversationId' | 'sender'> & {
  readonly content: string;
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
