import { z } from 'zod';
import { mentionLimits as limit } from '../configs/mention-limits.ts';
import { id, sequence } from './scalars.ts';

const named = z.array(id).max(limit.perMessage);
const mentions = named.min(1);
const mentionAll = z.enum(['all', 'here']);
const silent = z.literal(true);

/** What sends and edits say, and messages and conversations show, of who is named. */
export const mentionFields = {
  sent: {
    mentions: mentions
      .optional()
      .describe('Whom it names; those who are no other members are left out.'),
    mentionAll: mentionAll
      .optional()
      .describe('All members, or those who are there when it comes.'),
    silent: silent.optional().describe('It alerts nobody.'),
  },
  edited: {
    mentions: named.optional().describe('Whom it names from now on; left out, nothing changes.'),
  },
  problems: [],
  shown: {
    mentions: mentions.optional(),
    mentionAll: mentionAll.optional(),
    silent: silent.optional(),
  },
  reader: {},
  list: {
    unreadMentions: sequence.optional().describe('Unread messages that name the user or all.'),
  },
} as const;
