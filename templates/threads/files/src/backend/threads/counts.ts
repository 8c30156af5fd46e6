import { threadLimits as limit } from '../../configs/thread-limits.ts';
import { repliesIndex } from '../../models/thread-fields.ts';
import type { FeatureContext } from '../feature.ts';
import type { MessagesWhere } from '../shared/message-parts.ts';

type Counts = Pick<FeatureContext['history'], 'countBy'>;

/** The replies to one message. */
export interface Replies {
  readonly count: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
  readonly lastSeq: number;
}

/** The index of replies has all that is asked for. */
const within = (rootSeq: unknown, size: number): MessagesWhere => ({
  filter: { rootSeq } as MessagesWhere['filter'],
  sort: { conversation: -1, rootSeq: -1, seq: -1 },
  limit: size,
  hint: repliesIndex,
});

/**
 * The replies to each of some messages; those without any are left out. A bounded number of replies is
 * counted: where there are more, all of these messages get the same share of it.
 */
export async function countReplies(
  history: Counts,
  conversationId: string,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, Replies>> {
  if (seqs.length === 0) return new Map();
  // One range is one scan; a list of places would be a seek for each.
  const range = { $gte: Math.min(...seqs), $lte: Math.max(...seqs) };
  const count = (places: readonly MessagesWhere[]) =>
    history.countBy(conversationId, 'rootSeq', places);
  let share: number = limit.countedReplies;
  let found = await count([within(range, share + 1)]);
  if (found.reduce((sum, replies) => sum + replies.count, 0) > share) {
    share = Math.max(1, Math.floor(share / seqs.length));
    found = await count(seqs.map((seq) => within(seq, share + 1)));
  }
  return new Map(
    found.map(({ _id, count: counted, lastSeq }) => [
      _id,
      { count: Math.min(counted, share), isMore: counted > share, lastSeq },
    ]),
  );
}

/** The numbers of messages below one that have replies, the highest first. */
export async function listRoots(
  history: Counts,
  conversationId: string,
  below: number,
  size: number,
): Promise<readonly number[]> {
  const roots = new Set<number>();
  for (let next = below; roots.size < size; next = Math.min(...roots)) {
    const entries = within({ $gte: 1, $lt: next }, limit.entriesAtOnce);
    const found = await history.countBy(conversationId, 'rootSeq', [entries]);
    for (const { _id } of found.toSorted((a, b) => b._id - a._id)) roots.add(_id);
    const read = found.reduce((sum, { count }) => sum + count, 0);
    if (read < limit.entriesAtOnce) break;
  }
  return [...roots].slice(0, size);
}
