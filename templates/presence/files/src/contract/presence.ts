import { z } from 'zod';
import { defineCommand } from './define.ts';
import { id, moment } from './scalars.ts';

const maxUsers = 100; // a command

/** `lastSeenAt` is coarse, and null while a user is online and where nothing is known. */
const presenceView = z
  .strictObject({
    userId: id,
    status: z.enum(['online', 'offline']),
    lastSeenAt: moment.nullable(),
  })
  .meta({ id: 'Presence' });

const input = z.strictObject({ userIds: z.array(id).max(maxUsers) });
const output = z.strictObject({ presences: z.array(presenceView) });

export const presenceCommands = {
  'presence:subscribe': defineCommand({
    rate: 'sync',
    summary: 'Tell whether users are online now, and on this socket when that changes',
    input,
    output,
    problems: ['limit-reached'],
  }),
  'presence:unsubscribe': defineCommand({
    rate: 'sync',
    summary: 'Unsubscribe from users; the answer lists nobody',
    input,
    output,
  }),
};

export const presenceNotices = {
  'presence:updated': presenceView.describe('Somebody came or went'),
};

export type PresenceView = z.output<typeof presenceView>;
