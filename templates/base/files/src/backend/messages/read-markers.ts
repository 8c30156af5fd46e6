import type { mongo } from 'mongoose';
import type { Logger } from 'pino';
import type { MessageView } from '../../contract/messages.ts';
import type { Models } from '../../models/index.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import type { MarkedRow } from '../shared/read-seq.ts';
import type { Cluster } from '../../platform/sockets/socket-api.ts';
import { CoalescedWrites } from './coalesced-writes.ts';
import type { HeadMove } from './head-moves.ts';

/** Where a conversation stands: its last message, and the moment of that, ISO 8601. */
type Latest = Pick<MessageView, 'seq' | 'timestamp'>;

/**
 * What a send moves besides the messages: the sender has read it, the conversation is the latest.
 * Both are stored behind the answer, so that no send waits for them. Until then every reader goes
 * through here: `lastReadSeq` and `latest` say on every node what the rows are about to say. What is
 * lost when a node dies before that write is put right by the next reader of the conversation.
 */
export class ReadMarkers {
  readonly #read: CoalescedWrites<number>;
  readonly #latest: CoalescedWrites<Latest>;

  /** Knows nothing yet. */
  constructor(core: {
    readonly models: Models;
    readonly log: Logger;
    readonly cluster: Pick<Cluster, 'publish' | 'subscribe'>;
  }) {
    const { memberships, conversations } = core.models;
    this.#read = new CoalescedWrites(core, {
      name: 'read-markers',
      furthest: Math.max,
      write: (marks) => update(memberships.collection, [...marks].map(toMark)),
    });
    this.#latest = new CoalescedWrites(core, {
      name: 'latest',
      furthest,
      write: (places) => update(conversations.collection, [...places].map(toPlace)),
    });
  }

  /** Takes messages that a majority has. */
  sent(messages: readonly MessageView[]): void {
    for (const { conversationId, sender, seq, timestamp } of messages) {
      this.#read.note(keyOf(sender, conversationId), seq);
      this.#latest.note(conversationId, { seq, timestamp });
    }
  }

  /** Takes what another node has sent and is about to store; nodes of a version before say less. */
  hear(moves: readonly HeadMove[]): void {
    for (const [conversationId, seq, timestamp, readers = []] of moves) {
      if (timestamp !== undefined) this.#latest.heard(conversationId, { seq, timestamp });
      for (const [userId, readSeq] of readers)
        this.#read.heard(keyOf(userId, conversationId), readSeq);
    }
  }

  /** How far the user of a membership has read, by sending too: the only way from the row to a view. */
  lastReadSeq({ conversation, user, lastReadSeq }: MarkedRow): number {
    const key = keyOf(user.toString(), conversation.toString());
    return Math.max(lastReadSeq, this.#read.get(key) ?? 0);
  }

  /** Those of the conversations whose row may not know their last message yet, with its moment. */
  latest(among: Iterable<string> = this.#latest.keys()): ReadonlyMap<string, Date> {
    const moved = new Map<string, Date>();
    for (const id of among) {
      const known = this.#latest.get(id);
      if (known !== undefined) moved.set(id, new Date(known.timestamp));
    }
    return moved;
  }

  /** How many there are of them at most; asked before they are looked through. */
  get movedCount(): number {
    return this.#latest.sizeAtMost;
  }

  /**
   * Takes the last message of a conversation as somebody read it, with the number that the row had:
   * where both the row and the word of its node are lost, it is noted again.
   */
  found(message: MessageView, rowSeq: number): void {
    const known = Math.max(rowSeq, this.#latest.get(message.conversationId)?.seq ?? 0);
    if (known < message.seq) this.sent([message]);
  }

  /** Stores what waits, and waits for it. */
  async flush(): Promise<void> {
    await Promise.all([this.#read.flush(), this.#latest.flush()]);
  }
}

const keyOf = (userId: string, conversationId: string): string => `${conversationId} ${userId}`;

type Change = Required<Pick<mongo.UpdateOneModel, 'filter' | 'update'>>;

const update = (
  collection: { bulkWrite: (writes: mongo.AnyBulkWriteOperation[], options: object) => unknown },
  changes: readonly Change[],
): Promise<unknown> =>
  Promise.resolve(
    collection.bulkWrite(
      changes.map((updateOne) => ({ updateOne })),
      { ordered: false },
    ),
  );

function toMark([key, seq]: readonly [string, number]): Change {
  const [conversation = '', user = ''] = key.split(' ');
  return {
    filter: { conversation: toObjectId(conversation), user: toObjectId(user) },
    update: { $max: { lastReadSeq: seq, lastDeliveredSeq: seq } },
  };
}

const toPlace = ([id, { seq, timestamp }]: readonly [string, Latest]): Change => ({
  filter: { _id: toObjectId(id) },
  update: { $max: { lastSeq: seq, lastMessageAt: new Date(timestamp) } },
});

/** The clock of a node may go back: then the moment is that of a message before. */
const furthest = (one: Latest, other: Latest): Latest => ({
  seq: Math.max(one.seq, other.seq),
  timestamp: one.timestamp > other.timestamp ? one.timestamp : other.timestamp,
});
