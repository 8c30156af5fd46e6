import { Schema } from 'mongoose';

const daySeconds = 24 * 3_600;

/** A process that serves sockets, as long as it renews its lease. */
export const nodeSchema = new Schema(
  {
    expiresAt: { type: Date, required: true }, // by the clock of the database
    isSwept: { type: Boolean, default: false }, // another node clears up after it
  },
  { collection: 'nodes' },
);

// Only a day later: a node that clears up after an expired one must win it, not the database.
nodeSchema.index({ expiresAt: 1 }, { expireAfterSeconds: daySeconds });
