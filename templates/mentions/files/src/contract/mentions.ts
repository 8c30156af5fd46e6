import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { mentionLimits } from '../configs/mention-limits.ts';
import { defineRoute } from './define.ts';
import { id, queryInteger } from './scalars.ts';
import { userView } from './users.ts';

export const mentionRoutes = {
  listMentionable: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/mentionable',
    rate: 'search',
    summary: 'Other members whose username or display name starts with a prefix',
    params: z.strictObject({ conversationId: id }),
    query: z.strictObject({
      prefix: z
        .string()
        .max(limits.account.displayNameCharacters)
        .optional()
        .meta({ examples: ['ann'] }),
      limit: queryInteger(1, mentionLimits.mentionable).optional(),
    }),
    answers: { 200: z.object({ items: z.array(userView).max(mentionLimits.mentionable) }) },
    problems: ['forbidden'],
  }),
};
