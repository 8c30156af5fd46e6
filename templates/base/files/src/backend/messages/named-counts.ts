import type { mongo, Types } from 'mongoose';
import type { StoredMessage } from '../../models/message.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read } from '../../platform/database/rows.ts';
import type { UnreadPlace } from '../shared/message-parts.ts';

/** Creates the count of messages behind a place that name one of some values in a field. */
export function createNamedCounts(
  messages: mongo.Collection<StoredMessage>,
): (
  field: string,
  values: readonly Types.ObjectId[],
  places: readonly UnreadPlace[],
) => Promise<ReadonlyMap<string, number>> {
  return async (field, values, places) => {
    const ranges = places
      .filter(({ after, upTo }) => after < upTo)
      .map(({ conversationId, after, upTo }) => ({
        conversation: toObjectId(conversationId),
        [field]: { $in: [...values] },
        seq: { $gt: after, $lte: upTo },
      }));
    if (ranges.length === 0) return new Map();
    const rows = await messages
      .aggregate<{ _id: Types.ObjectId; count: number }>(
        [{ $match: { $or: ranges } }, { $group: { _id: '$conversation', count: { $sum: 1 } } }],
        // A branch for each conversation: without the hint each of them would be planned.
        { ...read, hint: { conversation: 1, [field]: 1, seq: 1 } },
      )
      .toArray();
    return new Map(rows.map((row) => [row._id.toHexString(), row.count]));
  };
}
