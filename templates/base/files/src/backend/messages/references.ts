import type { mongo, Types } from 'mongoose';
import type { StoredMessage } from '../../models/message.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read } from '../../platform/database/rows.ts';
import type { References, Referring } from '../shared/references.ts';

/** How many entries are read at once to find the next places. */
const entriesAtOnce = 200;

interface Found {
  readonly _id: number;
  readonly count: number;
  readonly last: number;
}

/** Reads references by their index alone: what of it is asked for is all in there. */
export function createReferences(
  messages: mongo.Collection<StoredMessage>,
  field: string,
): References {
  const hint = { conversation: 1, [field]: 1, seq: 1 };
  const newestFirst = { $sort: { conversation: -1, [field]: -1, seq: -1 } } as const;
  const grouped = {
    $group: { _id: `$${field}`, count: { $sum: 1 }, last: { $max: '$seq' } },
  } as const;
  /** At most so many entries of the index, the newest first. */
  const counting = (conversation: Types.ObjectId, place: unknown, size: number) => [
    { $match: { conversation, [field]: place } },
    newestFirst,
    { $limit: size },
    grouped,
  ];
  const aggregate = (pipeline: mongo.Document[]): Promise<Found[]> =>
    messages.aggregate<Found>(pipeline, { ...read, hint }).toArray();

  /** Too much refers to some of them: all of them get the same share, in one query. */
  function inShares(
    conversation: Types.ObjectId,
    seqs: readonly number[],
    share: number,
  ): Promise<Found[]> {
    const [first = [], ...others] = seqs.map((seq) => counting(conversation, seq, share + 1));
    const coll = messages.collectionName;
    return aggregate([...first, ...others.map((pipeline) => ({ $unionWith: { coll, pipeline } }))]);
  }

  return {
    async of(conversationId, seqs, budget) {
      if (seqs.length === 0) return new Map();
      const conversation = toObjectId(conversationId);
      // One range is one scan; a list of places would be a seek for each.
      const range = { $gte: Math.min(...seqs), $lte: Math.max(...seqs) };
      const all = await aggregate(counting(conversation, range, budget + 1));
      if (all.reduce((sum, { count }) => sum + count, 0) <= budget) {
        const wanted = new Set(seqs);
        return toReferring(all.filter(({ _id }) => wanted.has(_id)));
      }
      const share = Math.max(1, Math.floor(budget / seqs.length));
      return toReferring(await inShares(conversation, seqs, share), share);
    },
    async places(conversationId, below, size) {
      const conversation = toObjectId(conversationId);
      const places = new Set<number>();
      for (let next = below; places.size < size;) {
        const entries = await messages
          .find({ conversation, [field]: { $gte: 1, $lt: next } }, { ...read, hint })
          .project<Readonly<Record<string, number>>>({ _id: 0, [field]: 1 })
          .sort(newestFirst.$sort)
          .limit(entriesAtOnce)
          .toArray();
        for (const entry of entries) places.add(entry[field] ?? 0);
        if (entries.length < entriesAtOnce) break;
        next = Math.min(...places);
      }
      return [...places].slice(0, size);
    },
  };
}

const toReferring = (found: readonly Found[], share = Infinity): ReadonlyMap<number, Referring> =>
  new Map(
    found.map(({ _id, count, last }) => [
      _id,
      { count: Math.min(count, share), isMore: count > share, lastSeq: last },
    ]),
  );
