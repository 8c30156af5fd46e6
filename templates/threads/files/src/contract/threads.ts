import { z } from 'zod';
import { defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import { id, listOf, messageId, queryCursor, queryInteger, queryLimit } from './scalars.ts';

const place = (where: string) =>
  queryInteger(0).describe(`Replies ${where}, by seq; name at most one of before and after.`);

export const threadRoutes = {
  getThread: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/messages/:messageId/thread',
    rate: 'history',
    summary: 'A page of a thread, oldest first; the latest page when no place is named',
    params: z.strictObject({ conversationId: id, messageId }),
    query: z
      .strictObject({
        before: place('before this one').optional(),
        after: place('after this one').optional(),
        limit: queryLimit,
      })
      .refine(
        ({ before, after }) => before === undefined || after === undefined,
        'must name at most one of before and after',
      ),
    answers: {
      200: z.object({
        root: messageView,
        items: z.array(messageView),
        hasMoreBefore: z.boolean(),
        hasMoreAfter: z.boolean(),
      }),
    },
    problems: ['forbidden'],
  }),
  listThreads: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/threads',
    rate: 'list',
    summary: 'The messages that have a thread, the newest message first',
    params: z.strictObject({ conversationId: id }),
    query: z.strictObject({ cursor: queryCursor, limit: queryLimit }),
    answers: { 200: listOf(messageView) },
    problems: ['forbidden'],
  }),
};
