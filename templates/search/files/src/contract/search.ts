import { z } from 'zod';
import { searchLimits } from '../configs/search-limits.ts';
import { defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import {
  halfCharacter,
  hasLength,
  id,
  isWellFormed,
  lengthWords,
  listOf,
  moment,
  queryCursor,
  queryLimit,
} from './scalars.ts';

const { queryCharacters: max } = searchLimits;

const words = z
  .string()
  .refine((text) => hasLength(text, max), { error: lengthWords(1, max), abort: true })
  .refine(isWellFormed, halfCharacter)
  .meta({
    minLength: 1,
    maxLength: max,
    examples: ['lake hik*'],
    description: `At most ${searchLimits.words} words, all of which a message must have; a star behind the last one, which then has at least ${searchLimits.prefixCharacters} characters, finds what begins with it. Nothing else is an operator.`,
  });

/** A message that was found. */
const hit = z.object({ message: messageView });

export const searchRoutes = {
  searchMessages: defineRoute({
    method: 'get',
    path: '/search/messages',
    rate: 'search',
    summary: 'Messages of your own conversations that have some words, the latest first',
    query: z.strictObject({
      query: words,
      conversationId: id.optional(),
      sender: id.optional(),
      cursor: queryCursor,
      limit: queryLimit,
    }),
    answers: {
      200: listOf(hit).extend({
        /** What was sent before this moment is surely among what is searched; null: not known yet. */
        indexedUntil: moment.nullable(),
      }),
    },
    problems: ['forbidden', 'not-found'],
  }),
};
