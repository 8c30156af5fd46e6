import { Schema, type InferSchemaType } from 'mongoose';
import { kept, type Remains } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

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
    // A member's own choice; no right depends on it. Absent: what the type of conversation says.
    notify: { type: String, enum: ['all', 'mentions', 'none'] },
    mutedUntil: { type: Date, default: null },
    joinedAt: { type: Date, required: true },
    leftAt: { type: Date, default: null },
    erasedAt: { type: Date, default: null }, // of the account: nothing is done in its name any more
    rightsRev: { type: Number, default: 0 }, // written by whatever is decided by this row
  },
  { collection: 'memberships' },
);

membershipSchema.index({ conversation: 1, user: 1 }, { unique: true }); // access
membershipSchema.index({ conversation: 1, leftAt: 1, user: 1 }); // member lists, without those who have left
membershipSchema.index({ user: 1, leftAt: 1, conversation: 1 }); // the conversations of a user

/**
 * The rest of a filter for somebody who is in a conversation and may do something there: an account
 * that is erased marks its memberships in the same transaction, a job ends them later.
 */
export const activeMember = { leftAt: null, erasedAt: null } as const;

export type MembershipRow = InferSchemaType<typeof membershipSchema>;

/** What is left of a membership when its user or its conversation is gone: that it was there. */
export const erasedMembership = (leftAt: Date): Remains<MembershipRow> => ({
  conversation: kept,
  user: kept,
  role: kept,
  lastReadSeq: kept,
  lastDeliveredSeq: kept,
  notify: undefined,
  mutedUntil: null,
  joinedAt: kept,
  leftAt,
  erasedAt: kept,
  rightsRev: kept,
});

export const membershipPolicy = {
  accountErased: { erased: erasedMembership },
  conversationErased: { erased: erasedMembership },
  exported: 'shown',
} satisfies DataPolicy<typeof membershipSchema>;
