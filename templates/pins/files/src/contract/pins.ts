import { z } from 'zod';
import { pinLimits } from '../configs/pin-limits.ts';
import { defineCommand, defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import { id, messageId } from './scalars.ts';

const place = z.strictObject({ conversationId: id, messageId });
const output = z.object({ message: messageView });
const path = '/conversations/:conversationId/messages/:messageId/pin';
const unpinning = ['forbidden', 'blocked', 'already-deleted'] as const;
const pinning = [...unpinning, 'limit-reached'] as const;

export const pinRoutes = {
  listPins: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/pins',
    rate: 'list',
    summary: 'The pinned messages of a conversation, the latest pin first',
    params: z.strictObject({ conversationId: id }),
    answers: { 200: z.object({ items: z.array(messageView).max(pinLimits.perConversation) }) },
    problems: ['forbidden'],
  }),
  pinMessage: defineRoute({
    method: 'put',
    path,
    rate: 'write',
    summary: 'Pin a message; a repeat changes nothing',
    params: place,
    answers: { 200: output },
    problems: pinning,
  }),
  unpinMessage: defineRoute({
    method: 'delete',
    path,
    rate: 'write',
    summary: 'Unpin a message; a repeat changes nothing',
    params: place,
    answers: { 200: output },
    problems: unpinning,
  }),
};

export const pinCommands = {
  'message:pin': defineCommand({
    rate: 'write',
    summary: 'Pin a message; a repeat changes nothing',
    input: place,
    output,
    problems: ['not-found', ...pinning],
  }),
  'message:unpin': defineCommand({
    rate: 'write',
    summary: 'Unpin a message; a repeat changes nothing',
    input: place,
    output,
    problems: ['not-found', ...unpinning],
  }),
};
