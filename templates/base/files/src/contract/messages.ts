import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { defineCommand, defineRoute } from './define.ts';
import {
  clientMessageId,
  content,
  id,
  moment,
  queryInteger,
  queryLimit,
  sequence,
} from './scalars.ts';

const { page, sync } = limits;

/** A message as members see it; a deleted one keeps its place and has no content. */
export const messageView = z
  .object({
    id,
    conversationId: id,
    seq: sequence,
    rev: sequence,
    sender: id,
    content: z.string().nullable(),
    timestamp: moment,
    clientMessageId: z.string(),
    editedAt: moment.nullable(),
    deletedAt: moment.nullable(),
  })
  .meta({ id: 'Message' });

export type MessageView = z.output<typeof messageView>;

/** The answer to a send; `duplicate` when this id had been stored before. */
export const sendResult = z.object({ message: messageView, duplicate: z.boolean() });

export type SendResult = z.output<typeof sendResult>;

/** Where a conversation stands: its highest numbers, and how far the user has read. */
export const headView = z
  .object({ conversationId: id, lastSeq: sequence, lastRev: sequence, lastReadSeq: sequence })
  .meta({ id: 'Head' });

export type HeadView = z.output<typeof headView>;

/** What a client misses in one conversation. */
export const syncedConversation = z
  .union([
    z.object({
      conversationId: id,
      messages: z.array(messageView),
      changed: z.array(messageView),
      nextSeq: sequence,
      nextRev: sequence,
      lastSeq: sequence,
      lastRev: sequence,
      hasMore: z.boolean(),
    }),
    z.object({
      conversationId: id,
      reset: z.literal(true),
      lastSeq: sequence,
      lastRev: sequence,
      messages: z.array(messageView),
    }),
    z.object({ conversationId: id, left: z.literal(true) }),
  ])
  .meta({ id: 'SyncedConversation' });

export type SyncedConversation = z.output<typeof syncedConversation>;

/** How far a client has everything of one conversation. */
export const syncCursor = z.strictObject({ conversationId: id, seq: sequence, rev: sequence });

export type SyncCursor = z.output<typeof syncCursor>;

const conversationParams = z.strictObject({ conversationId: id });
const messageParams = z.strictObject({ conversationId: id, messageId: id });

export const messageRoutes = {
  listMessages: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/messages',
    summary: 'A page of history, oldest first; the latest page when no place is named',
    params: conversationParams,
    query: z
      .strictObject({
        before: queryInteger(0).optional(),
        after: queryInteger(0).optional(),
        around: queryInteger(0).optional(),
        limit: queryLimit,
      })
      .refine(
        ({ before, after, around }) =>
          [before, after, around].filter((place) => place !== undefined).length <= 1,
        'name one of before, after and around',
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
  sendMessage: defineRoute({
    method: 'post',
    path: '/conversations/:conversationId/messages',
    summary: 'Send a message; 200 when this clientMessageId had been stored before',
    params: conversationParams,
    body: z.strictObject({ clientMessageId, content }),
    answers: { 201: sendResult, 200: sendResult },
    problems: ['forbidden', 'blocked', 'idempotency-mismatch'],
  }),
  editMessage: defineRoute({
    method: 'patch',
    path: '/conversations/:conversationId/messages/:messageId',
    summary: 'Change the content of an own message',
    params: messageParams,
    body: z.strictObject({ content }),
    answers: { 200: z.object({ message: messageView }) },
    problems: ['forbidden', 'already-deleted'],
  }),
  deleteMessage: defineRoute({
    method: 'delete',
    path: '/conversations/:conversationId/messages/:messageId',
    summary: 'Delete a message; its place stays',
    params: messageParams,
    answers: { 204: null },
    problems: ['forbidden', 'already-deleted'],
  }),
  listChanges: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/changes',
    summary: 'Messages that were changed, as they are now, each once',
    params: conversationParams,
    query: z.strictObject({ sinceRev: queryInteger(0).optional(), limit: queryLimit }),
    answers: {
      200: z.object({
        items: z.array(messageView),
        nextRev: sequence,
        lastRev: sequence,
        hasMore: z.boolean(),
      }),
    },
    problems: ['forbidden'],
  }),
};

export const messageCommands = {
  'message:send': defineCommand({
    summary: 'Send a message',
    input: z.strictObject({ conversationId: id, clientMessageId, content }),
    output: sendResult,
    problems: ['not-found', 'forbidden', 'blocked', 'idempotency-mismatch'],
  }),
  'message:edit': defineCommand({
    summary: 'Change the content of an own message',
    input: z.strictObject({ conversationId: id, messageId: id, content }),
    output: z.object({ message: messageView }),
    problems: ['not-found', 'forbidden', 'already-deleted'],
  }),
  'message:delete': defineCommand({
    summary: 'Delete a message; its place stays',
    input: messageParams,
    output: z.object({ message: messageView }),
    problems: ['not-found', 'forbidden', 'already-deleted'],
  }),
  'conversation:sync': defineCommand({
    summary: 'What a client misses behind its two cursors',
    input: z.strictObject({
      cursors: z.array(syncCursor).min(1).max(sync.maxConversations),
      limit: z.int().min(1).max(page.maxItems).optional(),
    }),
    output: z.object({ conversations: z.array(syncedConversation) }),
  }),
  'conversation:heads': defineCommand({
    summary: 'Where all conversations of the user stand',
    input: z.strictObject({}).optional(),
    output: z.object({ heads: z.array(headView) }),
  }),
};

export const messageNotices = {
  'message:created': messageView.describe('A message was sent'),
  'message:updated': messageView.describe('A message was edited; apply it by its rev'),
  'message:deleted': messageView.describe('A message was deleted; apply it by its rev'),
};
