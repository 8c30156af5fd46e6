import type { ThreadSummary } from '../../contract/thread-fields.ts';
import type { FeatureContext } from '../feature.ts';
import type { StoredMessage } from '../shared/message-parts.ts';
import { countReplies } from './counts.ts';
import { whereSeqs } from './replying.ts';

type History = Pick<FeatureContext['history'], 'find' | 'countBy'>;

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
  if (threads.size === 0) return [];
  const lastSeqs = [...threads.values()].map(({ lastSeq }) => lastSeq);
  const last = await history.find(conversationId, whereSeqs(lastSeqs));
  const bySeq = new Map(last.map((row) => [row.seq, row]));
  return roots.flatMap(({ _id, seq }) => {
    const { count = 0, isMore = false, lastSeq = 0 } = threads.get(seq) ?? {};
    const reply = bySeq.get(lastSeq);
    if (reply === undefined) return [];
    const thread = {
      replyCount: count,
      ...(isMore && { hasUncounted: true as const }),
      lastReplySeq: lastSeq,
      lastReplyAt: reply.timestamp.toISOString(),
      lastReplySender: reply.sender.toHexString(),
    };
    return [[_id.toHexString(), { thread }] as const];
  });
}
