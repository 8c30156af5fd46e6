import { z } from 'zod';
import { headView } from './messages.ts';
import { id, moment } from './scalars.ts';

/** What the server says about the connection itself. */
export const connectionNotices = {
  ready: z.object({
    userId: id,
    deviceId: id,
    serverTime: moment,
    heads: z.array(headView),
  }),
  'server:draining': z.object({ reconnectInMs: z.int() }),
  'sync:required': z.object({}),
};
