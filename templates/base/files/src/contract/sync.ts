import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { defineCommand, defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import { id, queryInteger, queryLimit, sequence } from './scalars.ts';

const { page, sync } = limits;

/** Where a conversation stands: its highest numbers, and how far the user has read. */
export const headView = z
  .object({ conversationId: id, lastSeq: sequence, lastRev: sequence, lastReadSeq: sequence })
  .meta({ id: 'Head' });

export type HeadView = z.output<typeof headView>;

/** What a client misses in one conversation. */
export const syncedConversation = z
  .union([
    z
      .object({
        conversationId: id,
        messages: z.array(messageView),
        changed: z.array(messageView),
        nextSeq: sequence,
        nextRev: sequence,
        lastSeq: sequence,
        lastRev: sequence,
        hasMore: z.boolean(),
      })
      .meta({ title: 'SyncedMessages' }),
    z
      .object({
        conversationId: id,
        reset: z.literal(true),
        lastSeq: sequence,
        lastRev: sequence,
        messages: z.array(messageView),
      })
      .meta({ title: 'SyncedReset' }),
    z.object({ conversationId: id, left: z.literal(true) }).meta({ title: 'SyncedLeft' }),
  ])
  .meta({ id: 'SyncedConversation' });

export type SyncedConversation = z.output<typeof syncedConversation>;

/** How far a client has everything of one conversation. */
export const syncCursor = z.strictObject({ conversationId: id, seq: sequence, rev: sequence });

export type SyncCursor = z.output<typeof syncCursor>;

export const syncRoutes = {
  listChanges: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/changes',
    rate: 'history',
    summary: 'Messages that were changed, as they are now, each once',
    params: z.strictObject({ conversationId: id }),
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

export const syncCommands = {
  'conversation:sync': defineCommand({
    rate: 'sync',
    summary: 'What a client misses behind its two cursors',
    input: z.strictObject({
      cursors: z.array(syncCursor).min(1).max(sync.maxConversations),
      limit: z.int().min(1).max(page.maxItems).optional(),
    }),
    output: z.object({ conversations: z.array(syncedConversation) }),
  }),
  'conversation:heads': defineCommand({
    rate: 'sync',
    summary: 'Where all conversations of the user stand',
    input: z.strictObject({}).optional(),
    output: z.object({ heads: z.array(headView) }),
  }),
};
