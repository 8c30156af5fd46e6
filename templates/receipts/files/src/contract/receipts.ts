import { z } from 'zod';
import { defineCommand, defineRoute } from './define.ts';
import { id, sequence } from './scalars.ts';

const input = z.strictObject({ conversationId: id, seq: sequence });
const problems = ['not-found', 'forbidden'] as const;

/** The mark that holds now. */
const output = z.strictObject({ seq: sequence });

export const receiptRoutes = {
  markRead: defineRoute({
    method: 'put',
    path: '/conversations/:conversationId/read',
    rate: 'receipt',
    summary: 'Mark a conversation as read up to a message',
    params: z.strictObject({ conversationId: id }),
    body: z.strictObject({ seq: sequence }),
    answers: { 200: output },
    problems: ['forbidden'],
  }),
};

export const receiptCommands = {
  'receipt:read': defineCommand({
    rate: 'receipt',
    summary: 'The user has read up to a message',
    input,
    output,
    problems,
  }),
  'receipt:delivered': defineCommand({
    rate: 'receipt',
    summary: 'A device of the user has got the messages up to one',
    input,
    output,
    problems,
  }),
};

export const receiptNotices = {
  'receipt:updated': z
    .strictObject({
      conversationId: id,
      userId: id,
      readSeq: sequence,
      deliveredSeq: sequence,
    })
    .describe('Somebody has read or got messages up to these'),
};
