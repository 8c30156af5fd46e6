import type { MessageView } from '../src/contract/messages.ts';
import type { ThreadSummary } from '../src/contract/thread-fields.ts';
import type { Api } from './api.ts';
import type { Timeline } from './timeline.ts';

/** A thread that somebody looks at. */
export interface OpenThread {
  readonly hasMoreBefore: boolean;
  /** The root as it is now. */
  root(): MessageView;
  /** The loaded replies and all that came since, by place, as they are now. */
  replies(): readonly MessageView[];
  /** Loads the page of replies before the first one. @throws ProblemError */
  loadOlder(): Promise<void>;
}

interface Page {
  readonly root: MessageView;
  readonly items: readonly MessageView[];
  readonly hasMoreBefore: boolean;
}

/**
 * What there is in the thread of a message now: what its last page said, and the replies that are known
 * after that. Undefined while there is none.
 */
export function summaryOf(timeline: Timeline, root: MessageView): ThreadSummary | undefined {
  const counted = timeline.newest(root).thread ?? root.thread;
  const since = counted?.lastReplySeq ?? 0;
  const later = repliesOf(timeline, root).filter(({ seq }) => seq > since);
  const last = later.at(-1);
  if (last === undefined) return counted;
  return {
    ...counted,
    replyCount: (counted?.replyCount ?? 0) + later.length,
    lastReplySeq: last.seq,
    lastReplyAt: last.timestamp,
    lastReplySender: last.sender,
  };
}

/** Opens the thread of a message at its latest replies. @throws ProblemError */
export async function openThread(
  api: Api,
  timeline: Timeline,
  { conversationId, id }: Pick<MessageView, 'conversationId' | 'id'>,
): Promise<OpenThread> {
  const load = async (query = ''): Promise<Page> => {
    const { epoch } = timeline;
    const path = `/conversations/${conversationId}/messages/${id}/thread${query}`;
    const page = await api.call<Page>('GET', path);
    // Asked for before what was known was forgotten: it may have changed unseen since.
    if (timeline.epoch !== epoch) return load(query);
    // Only what messages say: replies lie apart, so that no cursor moves.
    for (const message of [page.root, ...page.items]) timeline.answered(message);
    return page;
  };
  const latest = await load();
  let { hasMoreBefore } = latest;
  let firstSeq = latest.items[0]?.seq ?? 0;

  return {
    get hasMoreBefore() {
      return hasMoreBefore;
    },
    root: () => timeline.newest(latest.root),
    replies: () => repliesOf(timeline, latest.root).filter(({ seq }) => seq >= firstSeq),
    async loadOlder() {
      if (!hasMoreBefore) return;
      const page = await load(`?before=${firstSeq}`);
      hasMoreBefore = page.hasMoreBefore;
      firstSeq = page.items[0]?.seq ?? firstSeq;
    },
  };
}

const repliesOf = (timeline: Timeline, root: MessageView): MessageView[] =>
  [...timeline.known()]
    .filter(({ rootSeq }) => rootSeq === root.seq)
    .toSorted((a, b) => a.seq - b.seq);
