import { Schema } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

/** A socket of a user on a node, up to a few seconds after its end. */
export const connectionSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    node: { type: Schema.Types.ObjectId, required: true },
  },
  { collection: 'connections' },
);

connectionSchema.index({ user: 1 }); // whether a user is online
connectionSchema.index({ node: 1 }); // what a dead node left behind

export const connectionPolicy = {
  accountErased: { deleted: ['user'] },
  conversationErased: 'holds nothing of a conversation',
  exported: { hidden: 'who asks knows that they are connected' },
} satisfies DataPolicy<typeof connectionSchema>;
