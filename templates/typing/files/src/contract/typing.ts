import { z } from 'zod';
import { defineCommand } from './define.ts';
import { count, id } from './scalars.ts';

const input = z.strictObject({ conversationId: id });
const output = z.strictObject({});

export const typingCommands = {
  'typing:start': defineCommand({
    rate: 'typing',
    summary: 'The user writes; repeat while it lasts',
    input,
    output,
    problems: ['not-found', 'forbidden'],
  }),
  'typing:stop': defineCommand({
    rate: 'typing',
    summary: 'The user stopped writing',
    input,
    output,
    problems: ['not-found', 'forbidden'],
  }),
};

export const typingNotices = {
  'typing:updated': z
    .strictObject({
      conversationId: id,
      userId: id,
      isTyping: z.boolean(),
      expiresInMs: count,
    })
    .describe('Somebody began or stopped writing'),
};
