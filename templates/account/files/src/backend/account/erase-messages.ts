import { limits } from '../../configs/limits.ts';
import type { StoredMessage } from '../../models/message.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import type { TrustedContext } from '../feature.ts';
import { messagesLookedAt } from './written-messages.ts';

const { maxItems: step } = limits.page; // messages in one transaction
const { queryMs: maxTimeMS } = limits.database;

type EraseContext = Pick<TrustedContext, 'history' | 'models'> & {
  readonly messages: Pick<TrustedContext['messages'], 'removeAll'>;
};

/**
 * Deletes everything that somebody wrote in a conversation, as they could themselves; who is in it is
 * told. What is erased stays so: interrupted by its signal, between two steps, it is simply started
 * again. Returns the number of messages.
 */
export async function eraseMessagesOf(
  { history, messages, models }: EraseContext,
  userId: string,
  conversationId: string,
  signal: AbortSignal,
): Promise<number> {
  const rows = rowsOf<StoredMessage>(models.messages);
  const written = { conversation: toObjectId(conversationId), sender: toObjectId(userId) };
  const heads = await history.headsOf([conversationId]);
  const { lastSeq } = heads.get(conversationId) ?? { lastSeq: 0 };
  let erased = 0;
  for (let seq = 0; seq < lastSeq;) {
    signal.throwIfAborted();
    const place = { $gt: seq, $lte: seq + messagesLookedAt };
    const some = await rows
      .find({ ...written, seq: place, deletedAt: null }, { maxTimeMS })
      .sort({ seq: 1 })
      .limit(step)
      .toArray();
    const ids = some.map((row) => row._id);
    if (ids.length > 0) erased += await messages.removeAll(conversationId, userId, ids);
    seq = some.length === step ? (some.at(-1)?.seq ?? lastSeq) : place.$lte;
  }
  return erased;
}
