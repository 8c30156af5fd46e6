import { threadLimits as limit } from '../../configs/thread-limits.ts';
import { repliesIndex } from '../../models/thread-fields.ts';
import type { FeatureContext } from '../feature.ts';
import type { MessagesWhere, StoredMessage } from '../shared/message-parts.ts';
import { whereSeqs } from './replying.ts';

type Counts = Pick<FeatureContext['history'], 'countBy' | 'pick'>;

/** What of a reply its thread shows. */
type Last = Pick<StoredMessage, 'seq' | 'sender' | 'timestamp'>;

/** The replies to one message. */
export interface Replies {
  readonly count: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
  readonly last: Last;
}

const shown = ['rootSeq', 'seq', 'sender', 'timestamp'] as const;

/** The replies to messages, by the index of replies. */
const within = (rootSeq: unknown, size: number): MessagesWhere => ({
  filter: { rootSeq } as MessagesWhere['filter'],
  sort: { conversation: -1, rootSeq: -1, seq: -1 },
  limit: size,
  hint: repliesIndex,
});

/**
 * The replies to each of some messages; those without any are left out. Where there are few, as nearly
 * always, one query reads them; of many, a bounded number is counted.
 */
export async function countReplies(
  history: Counts,
  conversationId: string,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, Replies>> {
  const threads = new Map<number, Replies>();
  if (seqs.length === 0) return threads;
  // One range is one scan; a list of places would be a seek for each.
  const range = { $gte: Math.min(...seqs), $lte: Math.max(...seqs) };
  const few = await history.pick(conversationId, within(range, limit.repliesRead + 1), shown);
  if (few.length > limit.repliesRead) return countMany(history, conversationId, seqs, range);
  for (const { rootSeq, ...reply } of few) {
    const { count = 0, last = reply } = threads.get(Number(rootSeq)) ?? {};
    const latest = reply.seq > last.seq ? reply : last;
    threads.set(Number(rootSeq), { count: count + 1, isMore: false, last: latest });
  }
  return threads;
}

/** Where there are more replies than are counted, all of these messages get the same share of it. */
async function countMany(
  history: Counts,
  conversationId: string,
  seqs: readonly number[],
  range: object,
): Promise<ReadonlyMap<number, Replies>> {
  const count = (places: readonly MessagesWhere[]) =>
    history.countBy(conversationId, 'rootSeq', places);
  let share: number = limit.countedReplies;
  let found = await count([within(range, share + 1)]);
  if (found.reduce((sum, replies) => sum + replies.count, 0) > share) {
    share = Math.max(1, Math.floor(share / seqs.length));
    found = await count(seqs.map((seq) => within(seq, share + 1)));
  }
  const lastSeqs = found.map(({ lastSeq }) => lastSeq);
  const rows = await history.pick(conversationId, whereSeqs(lastSeqs), shown);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return new Map(
    found.flatMap(({ _id, count: counted, lastSeq }) => {
      const last = bySeq.get(lastSeq);
      if (last === undefined) return [];
      return [[_id, { count: Math.min(counted, share), isMore: counted > share, last }] as const];
    }),
  );
}

/** The numbers of messages below one that have replies, the highest first. */
export async function listRoots(
  history: Pick<Counts, 'countBy'>,
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
