import type { ThreadSummary } from '../../contract/thread-fields.ts';
import type { FeatureContext } from '../feature.ts';
import type { StoredMessage } from '../shared/message-parts.ts';
import { countReplies } from './counts.ts';

type History = Pick<FeatureContext['history'], 'countBy' | 'pick'>;

/** What there is in the threads of messages, by their ids; counted, never stored. */
export async function summariesOf(
  history: History,
  rows: readonly StoredMessage[],
): Promise<ReadonlyMap<string, { thread: ThreadSummary }>> {
  const ids = new Set(rows.map((row) => row.conversation.toHexString()));
  const found = await Promise.all(
    [...ids].map((id) =>
      summariesIn(
        history,
        id,
        rows.filter((row) => row.conversation.toHexString() === id),
      ),
    ),
  );
  return new Map(found.flat());
}

async function summariesIn(
  history: History,
  conversationId: string,
  rows: readonly StoredMessage[],
): Promise<(readonly [string, { thread: ThreadSummary }])[]> {
  const roots = rows.filter((row) => row.rootSeq == null); // a reply has no thread of its own
  const seqs = roots.map((row) => row.seq);
  const threads = await countReplies(history, conversationId, seqs);
  return roots.flatMap(({ _id, seq }) => {
    const replies = threads.get(seq);
    if (replies === undefined) return [];
    const { count, isMore, last } = replies;
    const thread = {
      replyCount: count,
      ...(isMore && { hasUncounted: true as const }),
      lastReplySeq: last.seq,
      lastReplyAt: last.timestamp.toISOString(),
      lastReplySender: last.sender.toHexString(),
    };
    return [[_id.toHexString(), { thread }] as const];
  });
}
