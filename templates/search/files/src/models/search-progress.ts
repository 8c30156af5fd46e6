import { Schema } from 'mongoose';
import { kept } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/** Up to where the entries of a conversation have what is in its messages. */
export const searchProgressSchema = new Schema(
  {
    _id: { type: Schema.Types.ObjectId, required: true }, // of the conversation
    seq: { type: Number, required: true },
    rev: { type: Number, required: true },
  },
  { collection: 'search_progress' },
);

export const searchProgressPolicy = {
  accountErased: 'holds nothing of a user',
  conversationErased: {
    kept: { _id: kept, seq: kept, rev: kept },
    because: 'without it what is erased would be read again, and it says nothing of a message',
  },
  exported: 'holds nothing of a user',
} satisfies DataPolicy<typeof searchProgressSchema>;
