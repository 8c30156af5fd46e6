import { Schema, type InferSchemaType } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

/** What only one may do at a time: a user who begins uploads; and the sweep, as a user whom nobody is. */
export const uploadLockSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    turn: Number, // transactions that write it are one after the other
    leaseUntil: Date, // of the sweep
  },
  { collection: 'upload_locks' },
);

uploadLockSchema.index({ user: 1 }, { unique: true });

export type StoredUploadLock = Readonly<InferSchemaType<typeof uploadLockSchema>>;

export const uploadLockPolicy = {
  accountErased: { deleted: ['user'] },
  conversationErased: 'holds nothing of a conversation',
  exported: { hidden: 'it only counts how often its user began an upload' },
} satisfies DataPolicy<typeof uploadLockSchema>;
