import { Schema } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

const daySeconds = 24 * 3_600;

/** A process that serves sockets, as long as it renews its lease. */
export const nodeSchema = new Schema(
  {
    expiresAt: { type: Date, required: true }, // by the clock of the database
    isSwept: { type: Boolean, default: false }, // another node cleans up after it
  },
  { collection: 'nodes' },
);

// Only a day later: a node that cleans up after an expired one must claim it, not the database.
nodeSchema.index({ expiresAt: 1 }, { expireAfterSeconds: daySeconds });

export const nodePolicy = {
  accountErased: 'holds nothing of a user',
  conversationErased: 'holds nothing of a conversation',
  exported: 'holds nothing of a user',
} satisfies DataPolicy<typeof nodeSchema>;
