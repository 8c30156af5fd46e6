import { Schema } from 'mongoose';
import { kept } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/** The rate limits that all nodes share; written by rate-limiter-flexible. */
export const rateLimitSchema = new Schema(
  {
    key: { type: String, required: true },
    points: { type: Number, required: true },
    expire: { type: Date, default: null },
  },
  { collection: 'rate_limits' },
);

rateLimitSchema.index({ key: 1 }, { unique: true }); // one row for each key, also in a race
rateLimitSchema.index({ expire: 1 }, { expireAfterSeconds: 0 }); // removal of ended ones

export const rateLimitPolicy = {
  accountErased: {
    kept: { key: kept, points: kept, expire: kept },
    because: 'a count ends by itself, within a day',
  },
  conversationErased: 'holds nothing of a conversation',
  exported: { hidden: 'what attackers would like to see, and gone within a day' },
} satisfies DataPolicy<typeof rateLimitSchema>;
