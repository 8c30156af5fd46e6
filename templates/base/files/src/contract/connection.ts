import { z } from 'zod';
import { headView } from './messages.ts';
import { id, moment } from './scalars.ts';

/** What the server says about the connection itself. */
export const connectionNotices = {
  ready: z
    .object({
      userId: id,
      deviceId: id,
      serverTime: moment,
      heads: z.array(headView),
    })
    .describe('The socket is in all rooms of its user; sync what is behind its head'),
  'server:draining': z
    .object({ reconnectInMs: z.int() })
    .describe('This node is shutting down: connect again after this time'),
  'sync:required': z.object({}).describe('Notices may have been lost: sync every conversation'),
};
