import { Schema, type InferSchemaType } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

/** What only one may do at a time: a user who begins uploads, by their id; and the sweep. */
export const uploadLockSchema = new Schema(
  {
    _id: { type: Schema.Types.ObjectId, required: true },
    turn: Number, // of a user: transactions that write it are one after the other
    leaseUntil: Date, // of the sweep
  },
  { collection: 'upload_locks' },
);

export type StoredUploadLock = Readonly<InferSchemaType<typeof uploadLockSchema>>;

export const uploadLockPolicy = {
  accountErased: { deleted: ['_id'] },
  conversationErased: 'holds nothing of a conversation',
  exported: { hidden: 'it only counts how often its user began an upload' },
} satisfies DataPolicy<typeof uploadLockSchema>;
