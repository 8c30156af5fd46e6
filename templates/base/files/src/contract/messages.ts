import { z } from 'zod';
import { defineCommand, defineRoute } from './define.ts';
import { editedFields, messageFields, sendProblems, sentFields } from './message-fields.ts';
import { id, messageId, moment, notEmpty, queryInteger, queryLimit, sequence } from './scalars.ts';

/** A message as members see it; a deleted one keeps its place and has no content. */
export const messageView = z
  .object({
    id: messageId,
    conversationId: id,
    seq: sequence,
    rev: sequence, // the number of its last change; 0 until there is one
    sender: id,
    content: z.string().nullable(),
    timestamp: moment,
    ...messageFields, // editedAt, deletedAt, what features add: see message-fields.ts, also for what a send says
  })
  .meta({ id: 'Message' });

export type MessageView = z.output<typeof messageView>;

/** The answer to a send; `duplicate` when it had been stored before. */
export const sendResult = z.object({ message: messageView, duplicate: z.boolean() });

export type SendResult = z.output<typeof sendResult>;

/** Some of what a send or an edit says, such as the fields of features. */
export type SentFields = Partial<z.output<z.ZodObject<typeof sentFields>>>;

/** A place in the history; only one of the three may be named, which no schema of a parameter can say. */
const historyPlace = (where: string) =>
  queryInteger(0).describe(
    `Messages ${where}, by seq; name at most one of before, after and around.`,
  );

const conversationParams = z.strictObject({ conversationId: id });
const messageParams = z.strictObject({ conversationId: id, messageId });

export const messageRoutes = {
  listMessages: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/messages',
    rate: 'history',
    summary: 'A page of history, oldest first; the latest page when no place is named',
    params: conversationParams,
    query: z
      .strictObject({
        before: historyPlace('before this one').optional(),
        after: historyPlace('after this one').optional(),
        around: historyPlace('around this one, which is among them').optional(),
        limit: queryLimit,
      })
      .refine(
        ({ before, after, around }) =>
          [before, after, around].filter((place) => place !== undefined).length <= 1,
        'must name at most one of before, after and around',
      ),
    answers: {
      200: z.object({
        items: z.array(messageView),
        hasMoreBefore: z.boolean(),
        hasMoreAfter: z.boolean(),
      }),
    },
    problems: ['forbidden'],
  }),
  getMessage: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/messages/:messageId',
    rate: 'read',
    summary: 'One message',
    params: messageParams,
    answers: { 200: z.object({ message: messageView }) },
    problems: ['forbidden'],
  }),
  sendMessage: defineRoute({
    method: 'post',
    path: '/conversations/:conversationId/messages',
    rate: 'send',
    summary: 'Send a message; 200 when it had been stored before',
    params: conversationParams,
    body: notEmpty(z.strictObject(sentFields)),
    answers: { 201: sendResult, 200: sendResult },
    problems: sendProblems,
  }),
  editMessage: defineRoute({
    method: 'patch',
    path: '/conversations/:conversationId/messages/:messageId',
    rate: 'write',
    summary: 'Change the content of your own message',
    params: messageParams,
    body: z.strictObject(editedFields),
    answers: { 200: z.object({ message: messageView }) },
    problems: ['forbidden', 'blocked', 'already-deleted'],
  }),
  deleteMessage: defineRoute({
    method: 'delete',
    path: '/conversations/:conversationId/messages/:messageId',
    rate: 'write',
    summary: 'Delete a message; its place stays',
    params: messageParams,
    answers: { 204: null },
    problems: ['forbidden', 'already-deleted'],
  }),
};

export const messageCommands = {
  'message:send': defineCommand({
    rate: 'send',
    summary: 'Send a message',
    input: notEmpty(z.strictObject({ conversationId: id, ...sentFields })),
    output: sendResult,
    problems: ['not-found', ...sendProblems],
  }),
  'message:edit': defineCommand({
    rate: 'write',
    summary: 'Change the content of your own message',
    input: z.strictObject({ conversationId: id, messageId, ...editedFields }),
    output: z.object({ message: messageView }),
    problems: ['not-found', 'forbidden', 'blocked', 'already-deleted'],
  }),
  'message:delete': defineCommand({
    rate: 'write',
    summary: 'Delete a message; its place stays',
    input: messageParams,
    output: z.object({ message: messageView }),
    problems: ['not-found', 'forbidden', 'already-deleted'],
  }),
};

export const messageNotices = {
  'message:created': messageView.describe('A message was sent'),
  'message:updated': messageView.describe('A message was changed; apply it by its rev'),
  'message:deleted': messageView.describe('A message was deleted; apply it by its rev'),
};
