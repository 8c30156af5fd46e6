import type { mongo, Types } from 'mongoose';
import { toObjectId } from '../../platform/database/ids.ts';
import { read } from '../../platform/database/rows.ts';

/** Rows of which alone the highest is asked, and the index that holds no others. */
interface Only {
  readonly filter: object;
  readonly hint: Record<string, 1>;
}

/**
 * The highest number of each conversation. With exactly this sort the query walks one index key a
 * conversation (DISTINCT_SCAN); `{ conversation: 1, number: -1 }` would walk them all.
 */
export async function highest<Row extends mongo.Document>(
  collection: mongo.Collection<Row>,
  number: 'seq' | 'rev',
  conversationIds: readonly string[],
  only?: Only,
): Promise<ReadonlyMap<string, number>> {
  if (conversationIds.length === 0) return new Map();
  const rows = await collection
    .aggregate<{ _id: Types.ObjectId; last: number }>(
      [
        { $match: { conversation: { $in: conversationIds.map(toObjectId) }, ...only?.filter } },
        { $sort: { conversation: -1, [number]: -1 } },
        { $group: { _id: '$conversation', last: { $first: `$${number}` } } },
      ],
      only === undefined ? read : { ...read, hint: only.hint },
    )
    .toArray();
  return new Map(rows.map((row) => [row._id.toHexString(), row.last]));
}
