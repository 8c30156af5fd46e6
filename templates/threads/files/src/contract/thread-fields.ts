import { z } from 'zod';
import { count, id, messageId, moment, sequence } from './scalars.ts';

const thread = z.object({
  replyCount: count,
  hasUncounted: z.literal(true).optional().describe('There are more replies than were counted.'),
  lastReplySeq: sequence,
  lastReplyAt: moment,
  lastReplySender: id,
});

/** What sends say and messages show of replies. */
export const threadFields = {
  sent: {
    replyTo: messageId.optional().describe('The message that this one answers.'),
    threadOf: messageId
      .optional()
      .describe(
        'The message in whose thread this one stands; a reply there means the same thread.',
      ),
    alsoInConversation: z
      .literal(true)
      .optional()
      .describe('Clients show it in the conversation as well; only with threadOf.'),
  },
  problems: ['already-deleted'],
  shown: {
    replyTo: z.object({ id: messageId, seq: sequence, sender: id }).optional(),
    rootSeq: sequence.optional().describe('The message in whose thread it stands.'),
    alsoInConversation: z.literal(true).optional(),
  },
  reader: { thread: thread.optional() },
} as const;

/** What there is in the thread of a message. */
export type ThreadSummary = z.output<typeof thread>;
