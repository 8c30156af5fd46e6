import { Schema } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

/** A user who does not want to hear from another. */
export const blockSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    blocked: { type: Schema.Types.ObjectId, required: true },
    timestamp: { type: Date, required: true },
  },
  { collection: 'blocks' },
);

blockSchema.index({ user: 1, blocked: 1 }, { unique: true }); // whom I blocked
blockSchema.index({ blocked: 1, user: 1 }, { unique: true }); // who blocked me

export const blockPolicy = {
  accountErased: { deleted: ['user', 'blocked'] },
  conversationErased: 'holds nothing of a conversation',
  exported: 'shown',
} satisfies DataPolicy<typeof blockSchema>;
