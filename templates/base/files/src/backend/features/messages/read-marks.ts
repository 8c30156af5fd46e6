import type { Logger } from 'pino';
import type { MessageView } from '../../../contract/messages.ts';
import type { Models } from '../../../models/index.ts';
import { toObjectId } from '../../shared/ids.ts';
import { createCoalescedWrites } from './coalesced-writes.ts';

/** How late a mark may be stored, in milliseconds; on this node it holds at once. */
const storeEveryMs = 3_000;

/** What a send moves besides the messages: the sender has read it, the conversation is the latest. */
export interface ReadMarks {
  sent(message: MessageView): void;
  /** How far a user has read by sending, as far as that is not stored yet. */
  pending(userId: string, conversationId: string): number;
  flush(): Promise<void>;
}

/** Creates the marks of one node. */
export function createReadMarks(core: {
  readonly models: Models;
  readonly log: Logger;
}): ReadMarks {
  const { memberships, conversations } = core.models;
  const keyOf = (userId: string, conversationId: string): string => `${conversationId} ${userId}`;

  const reads = createCoalescedWrites<number>(storeEveryMs, core.log, (marks) =>
    memberships.collection.bulkWrite(
      [...marks].map(([key, seq]) => {
        const [conversation = '', user = ''] = key.split(' ');
        const filter = { conversation: toObjectId(conversation), user: toObjectId(user) };
        const update = { $max: { lastReadSeq: seq, lastDeliveredSeq: seq } };
        return { updateOne: { filter, update } };
      }),
      { ordered: false },
    ),
  );
  const latest = createCoalescedWrites<MessageView>(storeEveryMs, core.log, (messages) =>
    conversations.collection.bulkWrite(
      [...messages].map(([id, { seq, timestamp }]) => {
        const update = { $max: { lastSeq: seq, lastMessageAt: new Date(timestamp) } };
        return { updateOne: { filter: { _id: toObjectId(id) }, update } };
      }),
      { ordered: false },
    ),
  );

  return {
    sent(message) {
      reads.note(keyOf(message.sender, message.conversationId), message.seq);
      latest.note(message.conversationId, message);
    },
    pending: (userId, conversationId) => reads.pending(keyOf(userId, conversationId)) ?? 0,
    async flush() {
      await Promise.all([reads.flush(), latest.flush()]);
    },
  };
}
