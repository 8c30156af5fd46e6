import type { mongo } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { MessageView } from '../../../contract/messages.ts';
import { toObjectId } from '../../shared/ids.ts';
import type { MessagePorts } from './ports.ts';
import type { Rewrite } from './rewriting.ts';
import type { StoredMessage } from './views.ts';

const { maxItems: step } = limits.page; // messages at a time
const { queryMs: maxTimeMS } = limits.database;

/**
 * Erases content in bulk, for jobs. What is erased stays so: a job that was interrupted, by its signal
 * between two steps, is simply started again.
 */
export interface Erasing {
  /**
   * Deletes everything that somebody wrote in a conversation, as they could themselves; who is in it
   * is told. Returns the number of messages.
   */
  eraseMessagesOf(userId: string, conversationId: string, signal: AbortSignal): Promise<number>;
  /** Removes the content of an archived conversation; nobody is told, as nobody can see it. */
  eraseConversation(conversationId: string, signal: AbortSignal): Promise<number>;
}

/** Creates the erasing of one node. */
export function createErasing(
  { clock, models }: Pick<MessagePorts, 'clock' | 'models'>,
  rewrite: (rewrite: Rewrite) => Promise<MessageView[]>,
): Erasing {
  const messages = models.messages.collection as unknown as mongo.Collection<StoredMessage>;

  return {
    async eraseMessagesOf(userId, conversationId, signal) {
      const written = { conversation: toObjectId(conversationId), sender: toObjectId(userId) };
      let erased = 0;
      // By the index of repeats, the only one that knows senders.
      for (let last = ''; ;) {
        signal.throwIfAborted();
        const rows = await messages
          .find({ ...written, clientMessageId: { $gt: last }, deletedAt: null }, { maxTimeMS })
          .sort({ clientMessageId: 1 })
          .limit(step)
          .toArray();
        const changed = await rewrite({
          conversationId,
          messageIds: rows.map((row) => row._id),
          type: 'deleted',
          by: userId,
          fields: { content: null, deletedAt: clock.now() },
        });
        erased += changed.length;
        if (rows.length < step) return erased;
        last = rows.at(-1)?.clientMessageId ?? '';
      }
    },
    async eraseConversation(conversationId, signal) {
      const conversation = toObjectId(conversationId);
      let erased = 0;
      for (let seq = 0; ; seq += step) {
        signal.throwIfAborted();
        const [next] = await messages
          .find({ conversation, seq: { $gt: seq } }, { projection: { seq: 1 }, maxTimeMS })
          .sort({ seq: 1 })
          .limit(1)
          .toArray();
        if (next === undefined) return erased;
        const { modifiedCount } = await messages.updateMany(
          { conversation, seq: { $gt: seq, $lte: seq + step }, deletedAt: null },
          { $set: { content: null, deletedAt: clock.now() } },
        );
        erased += modifiedCount;
      }
    },
  };
}
