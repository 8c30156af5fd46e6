import { z } from 'zod';
import { problem } from './errors.ts';
import { headView } from './sync.ts';
import { count, id, moment } from './scalars.ts';

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
    .object({ reconnectInMs: count })
    .describe('This node is shutting down: connect again after this time'),
  problem: z
    .object({ event: z.string(), code: problem.shape.code, detail: z.string() })
    .describe('An event was not served, and asked for no acknowledgement that would say so'),
  'sync:required': z.object({}).describe('Notices may have been lost: sync every conversation'),
};
