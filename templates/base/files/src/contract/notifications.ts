import { z } from 'zod';
import { defineRoute } from './define.ts';
import { id, moment, sentMoment } from './scalars.ts';

/** What alerts somebody: every message, those that name them, or none. */
export const notificationLevel = z.enum(['all', 'mentions', 'none']);

/** What one member chose for one conversation; muting is over at its moment, by itself. */
export const notificationsView = z
  .object({ level: notificationLevel, mutedUntil: moment.nullable() })
  .meta({ id: 'Notifications' });

export type NotificationsView = z.output<typeof notificationsView>;

export const notificationRoutes = {
  changeNotifications: defineRoute({
    method: 'patch',
    path: '/conversations/:conversationId/notifications',
    rate: 'write',
    summary: 'Choose what of a conversation alerts you, or mute it for a while',
    params: z.strictObject({ conversationId: id }),
    body: z
      .strictObject({
        level: notificationLevel.optional(),
        mutedUntil: sentMoment.nullable().optional(),
      })
      .refine((body) => Object.keys(body).length > 0, 'must have at least one field')
      .meta({ minProperties: 1 }),
    answers: { 200: notificationsView },
    problems: ['forbidden'],
  }),
};

export const notificationNotices = {
  'notifications:updated': notificationsView
    .extend({ conversationId: id })
    .meta({ id: 'NotificationsUpdated' })
    .describe('The user chose what alerts them, maybe on another device'),
};
