import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { Timeline } from './timeline.ts';

/** What the server said of a conversation at some moment. */
type Counted = Pick<ConversationView, 'lastSeq' | 'lastRev' | 'lastReadSeq' | 'unread'>;

/**
 * How many messages a user has not read, as the server counts them: what is still there and not their
 * own. Most of them may not be loaded, so it begins with what the server counted when the conversation
 * was asked for, and goes on with what was read, came and was deleted since.
 */
export function unreadOf(
  timeline: Pick<Timeline, 'seq' | 'readSeq' | 'known'>,
  userId: string,
  counted: Counted,
): number {
  const { lastSeq, lastRev, lastReadSeq, unread } = counted;
  const known = [...timeline.known()];
  const gone = (after: number, upTo: number, isOfThose: (message: MessageView) => boolean) =>
    known.filter(({ seq }) => seq > after && seq <= upTo).filter(isOfThose).length;
  const isDeleted = ({ deletedAt }: MessageView): boolean => deletedAt !== null;
  const isNothing = (message: MessageView): boolean =>
    isDeleted(message) || message.sender === userId;

  const from = Math.max(timeline.readSeq, lastReadSeq);
  const newFrom = Math.max(from, lastSeq);
  const isNew = Math.max(0, timeline.seq - newFrom) - gone(newFrom, timeline.seq, isNothing);
  if (from >= lastSeq) return Math.max(0, isNew);
  // Of what the server had counted as gone, a part may stand before what was read since.
  const wasGone = lastSeq - lastReadSeq - unread;
  const before = gone(lastReadSeq, from, (message) => isDeleted(message) && message.rev <= lastRev);
  const since = gone(from, lastSeq, (message) => isDeleted(message) && message.rev > lastRev);
  const old = lastSeq - from - Math.max(0, wasGone - before) - since;
  return Math.max(0, old) + Math.max(0, isNew);
}
