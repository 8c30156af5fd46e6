import { Schema } from 'mongoose';

/** How often something happened that all nodes count together; written by rate-limiter-flexible. */
export const rateLimitSchema = new Schema(
  {
    key: { type: String, required: true },
    points: { type: Number, required: true },
    expire: { type: Date, default: null },
  },
  { collection: 'rate_limits' },
);

rateLimitSchema.index({ key: 1 }, { unique: true }); // one counter a key, also in a race
rateLimitSchema.index({ expire: 1 }, { expireAfterSeconds: 0 }); // removal of ended ones
