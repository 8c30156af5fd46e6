import { limits } from '../../configs/limits.ts';
import { erasedMessage, type StoredMessage } from '../../models/message.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { patchTo, toUpdate } from '../../platform/database/patch.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import type { MessagePorts } from './ports.ts';

const { maxItems: step } = limits.page; // messages at a time
const { queryMs: maxTimeMS } = limits.database;

/**
 * Removes the content of an archived conversation; nobody is told, as nobody can see it. What is erased
 * stays so: interrupted by its signal, between two steps, it is simply started again. Returns the
 * number of messages.
 */
export async function eraseConversation(
  { clock, models }: Pick<MessagePorts, 'clock' | 'models'>,
  conversationId: string,
  signal: AbortSignal,
): Promise<number> {
  const messages = rowsOf<StoredMessage>(models.messages);
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
      toUpdate(patchTo(erasedMessage(clock.now()))),
    );
    erased += modifiedCount;
  }
}
