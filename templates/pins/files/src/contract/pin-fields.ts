import { z } from 'zod';
import { id, moment } from './scalars.ts';

/** Who pinned a message, and when. */
export const pinFields = {
  shown: { pinned: z.object({ by: id, at: moment }).optional() },
  reader: {},
};
