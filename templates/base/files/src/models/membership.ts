import { Schema, type InferSchemaType } from 'mongoose';

/**
 * A user in a conversation. The row stays after leaving (`leftAt`): erasing an account must find
 * old conversations.
 */
export const membershipSchema = new Schema(
  {
    conversation: { type: Schema.Types.ObjectId, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    role: { type: String, enum: ['owner', 'admin', 'member'], required: true },
    lastReadSeq: { type: Number, required: true, default: 0 }, // the head at joining, then forward
    lastDeliveredSeq: { type: Number, required: true, default: 0 },
    mutedUntil: { type: Date, default: null },
    joinedAt: { type: Date, required: true },
    leftAt: { type: Date, default: null },
  },
  { collection: 'memberships' },
);

membershipSchema.index({ conversation: 1, user: 1 }, { unique: true }); // access, member lists
membershipSchema.index({ user: 1, conversation: 1 }); // the conversations of a user

export type MembershipRow = InferSchemaType<typeof membershipSchema>;
