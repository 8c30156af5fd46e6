import type { OpenModels } from '../../models/index.ts';
import type { StoredReaction } from '../../models/reaction.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import { isGone } from '../../platform/errors/app-error.ts';
import type { Wanted } from './reactions.service.ts';

const rowsAtOnce = 100;

/** Takes back everything that a user chose, told to whoever sees it; started again it goes on. */
export async function takeBackAll(
  models: Pick<OpenModels, 'reactions'>,
  takeBack: (one: Wanted) => Promise<unknown>,
  userId: string,
  signal: AbortSignal,
): Promise<void> {
  const rows = rowsOf<StoredReaction>(models.reactions);
  const user = toObjectId(userId);
  for (;;) {
    signal.throwIfAborted();
    const some = await rows.find({ user }).limit(rowsAtOnce).toArray();
    if (some.length === 0) return;
    for (const { conversation, message, keys } of some) {
      const place = { conversationId: String(conversation), messageId: message.toHexString() };
      const wanted = keys.map((key) => ({ ...place, userId, key, isAdded: false, isQuiet: false }));
      const isThere = await Promise.all(wanted.map(takeBack)).then(() => true, orGone);
      // Of a message that is gone there is nothing to be told.
      if (!isThere) await rows.deleteOne({ user, message });
    }
  }
}

function orGone(error: unknown): false {
  if (isGone(error)) return false;
  throw error;
}
