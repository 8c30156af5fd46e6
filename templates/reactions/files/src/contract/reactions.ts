import { z } from 'zod';
import { defineCommand, defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import { reactionKey } from './reaction-fields.ts';
import { id, listOf, messageId, queryCursor, queryLimit, sequence } from './scalars.ts';
import { userView } from './users.ts';

const place = z.strictObject({ conversationId: id, messageId, key: reactionKey });
const output = z.object({ message: messageView });
const path = '/conversations/:conversationId/messages/:messageId/reactions/:key';
const adding = ['forbidden', 'blocked', 'already-deleted', 'limit-reached'] as const;
const removing = ['forbidden', 'already-deleted'] as const;

export const reactionRoutes = {
  listReactions: defineRoute({
    method: 'get',
    path,
    rate: 'list',
    summary: 'Who chose a reaction to a message',
    params: place,
    query: z.strictObject({ cursor: queryCursor, limit: queryLimit }),
    answers: { 200: listOf(userView) },
    problems: ['forbidden'],
  }),
  addReaction: defineRoute({
    method: 'put',
    path,
    rate: 'react',
    summary: 'React to a message; a repeat changes nothing',
    params: place,
    answers: { 200: output },
    problems: adding,
  }),
  removeReaction: defineRoute({
    method: 'delete',
    path,
    rate: 'react',
    summary: 'Take a reaction back; a repeat changes nothing',
    params: place,
    answers: { 200: output },
    problems: removing,
  }),
};

export const reactionCommands = {
  'reaction:add': defineCommand({
    rate: 'react',
    summary: 'React to a message; a repeat changes nothing',
    input: place,
    output,
    problems: ['not-found', ...adding],
  }),
  'reaction:remove': defineCommand({
    rate: 'react',
    summary: 'Take a reaction back; a repeat changes nothing',
    input: place,
    output,
    problems: ['not-found', ...removing],
  }),
};

export const reactionNotices = {
  'reaction:mine': z
    .object({ conversationId: id, messageId, rev: sequence, myReactions: z.array(z.string()) })
    .describe(
      'What the user of this socket has chosen now, also on other devices; the higher rev holds',
    ),
};
