import type { mongo, Types } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { StoredMessage } from '../../models/message.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read } from '../../platform/database/rows.ts';
import type { UnreadPlace } from '../shared/message-parts.ts';
import { highest } from './highest.ts';

// The partial index of deleted messages, which a send does not touch; the planner would not take it.
const hint = { conversation: 1, seq: 1, deletedAt: 1 } as const;
const isDeleted = { deletedAt: { $type: 'date' } } as const;

/**
 * Creates the count of deleted messages. One index key says of a conversation whether anything was
 * deleted above a place; where it was, each of those costs another one, at most `countedDeleted` of
 * them a question. What is deleted beyond that counts as there.
 */
export function createDeletedCounts(
  messages: mongo.Collection<StoredMessage>,
): (places: readonly UnreadPlace[]) => Promise<ReadonlyMap<string, number>> {
  return async (places) => {
    const unread = places.filter(({ after, upTo }) => after < upTo);
    const ids = unread.map(({ conversationId }) => conversationId);
    const last = await highest(messages, 'seq', ids, { filter: isDeleted, hint });
    const some = unread.filter(
      ({ conversationId, after }) => (last.get(conversationId) ?? 0) > after,
    );
    if (some.length === 0) return new Map();
    const ranges = some.map(({ conversationId, after, upTo }) => ({
      conversation: toObjectId(conversationId),
      seq: { $gt: after, $lte: upTo },
    }));
    const rows = await messages
      .aggregate<{ _id: Types.ObjectId; count: number }>(
        [
          { $match: { $or: ranges, ...isDeleted } },
          { $limit: limits.page.countedDeleted },
          { $project: { _id: 0, conversation: 1 } }, // what the index has: no message is fetched
          { $group: { _id: '$conversation', count: { $sum: 1 } } },
        ],
        { ...read, hint },
      )
      .toArray();
    return new Map(rows.map((row) => [row._id.toHexString(), row.count]));
  };
}
