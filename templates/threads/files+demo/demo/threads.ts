import { summaryOf } from '../client/threads.ts';
import type { Timeline } from '../client/timeline.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h } from './dom.ts';
import type { CreatePart } from './part.ts';
import { createQuotes } from './quotes.ts';
import { createThreadPanel } from './thread-panel.ts';
import { counted, shortly } from './words.ts';

/** Answers: with a quote in the conversation, or in a thread beside it. */
export const threads: CreatePart = (page) => {
  const { model } = page;
  const quotes = createQuotes(page);
  const panel = createThreadPanel(page);
  let answered: { readonly timeline: Timeline; readonly seqs: ReadonlySet<number> } | undefined;

  /** Whether a reply to a message was seen; looked up once for all that is drawn at once. */
  function isAnswered(timeline: Timeline, { seq }: MessageView): boolean {
    if (answered?.timeline !== timeline) {
      const seqs = new Set([...timeline.known()].flatMap(({ rootSeq }) => rootSeq ?? []));
      answered = { timeline, seqs };
      queueMicrotask(() => (answered = undefined));
    }
    return answered.seqs.has(seq);
  }

  /** "3 replies · 12:04", which opens them. */
  function wordsOf(message: MessageView): string | null {
    const timeline = model.chat.timeline(message.conversationId);
    if (timeline === undefined) return null;
    if (message.thread === undefined && !isAnswered(timeline, message)) return null;
    const summary = summaryOf(timeline, message);
    if (summary === undefined) return null;
    const { replyCount, hasUncounted, lastReplyAt } = summary;
    const count = hasUncounted ? `${replyCount}+ replies` : counted(replyCount, 'reply', 'replies');
    return `${count} · ${shortly(lastReplyAt)}`;
  }

  const link = (label: string, message: MessageView) => ({
    version: label,
    draw: () =>
      h(
        'button',
        {
          type: 'button',
          class: 'link thread-link',
          'data-name': 'thread',
          click: () => panel.open(message),
        },
        label,
      ),
  });

  return {
    side: panel,
    isElsewhere: (one) =>
      'sent' in one
        ? one.sent.threadOf !== undefined && one.sent.alsoInConversation === undefined
        : one.rootSeq !== undefined && one.alsoInConversation === undefined,
    above: quotes.above,
    below(message, place) {
      if (place === 'side') return null;
      if (message.rootSeq !== undefined) return link('From a thread', message);
      const words = wordsOf(message);
      return words === null ? null : link(words, message);
    },
    actions: (message, place) =>
      place === 'side'
        ? []
        : [
            { label: 'Reply', order: 1, run: () => quotes.start(message) },
            { label: 'Reply in thread', order: 2, run: () => panel.open(message) },
          ],
    reveal: panel.reveal,
    composer: ({ place, input }) => (place === 'side' ? {} : quotes.composer(input)),
  };
};
