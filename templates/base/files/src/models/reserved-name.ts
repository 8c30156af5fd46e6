import { Schema } from 'mongoose';
import { kept } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/**
 * A username that stays taken because its user was erased; the name itself cannot be read any more.
 */
export const reservedNameSchema = new Schema(
  {
    _id: { type: String, required: true }, // HMAC of the name's key
    kid: { type: String, required: true }, // which of DATA_KEYS made it
  },
  { collection: 'reserved_names' },
);

reservedNameSchema.index({ kid: 1 }); // the keys that a start asks for

export const reservedNamePolicy = {
  accountErased: {
    kept: { _id: kept, kid: kept },
    because: 'nobody may pose as somebody who is gone; which name it was cannot be read',
  },
  conversationErased: 'holds nothing of a conversation',
  exported: 'holds nothing of a user', // of those who are still there
} satisfies DataPolicy<typeof reservedNameSchema>;
