import { z } from 'zod';
import { defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import { notificationLevel } from './notifications.ts';
import { id, moment, password, queryCursor, sequence } from './scalars.ts';
import { meView } from './users.ts';

/** What is stored about a user; `nextCursor` asks for more messages. */
export const exportView = z
  .object({
    user: meView,
    devices: z.array(
      z.object({ id, label: z.string().nullable(), ip: z.string().nullable(), lastUsedAt: moment }),
    ),
    blocked: z.array(id),
    conversations: z.array(
      z.object({
        id,
        joinedAt: moment,
        leftAt: moment.nullable(),
        lastReadSeq: sequence,
        level: notificationLevel.nullable(),
        mutedUntil: moment.nullable(),
      }),
    ),
    messages: z.array(messageView),
    features: z.record(z.string(), z.array(z.looseObject({}))),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Export' });

export type ExportView = z.output<typeof exportView>;

export const accountRoutes = {
  eraseMe: defineRoute({
    method: 'delete',
    path: '/users/me',
    rate: 'write',
    summary: 'Erase your own account',
    body: z.strictObject({ password }),
    answers: { 204: null },
  }),
  exportMe: defineRoute({
    method: 'get',
    path: '/users/me/export',
    rate: 'export',
    summary: 'Everything that is stored about the signed-in user; messages page by page',
    query: z.strictObject({ cursor: queryCursor }),
    answers: { 200: exportView },
  }),
};
