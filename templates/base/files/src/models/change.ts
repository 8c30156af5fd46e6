import { Schema } from 'mongoose';
import { kept } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/** That a message was changed, and by whom; never what it said. */
export const changeSchema = new Schema(
  {
    conversation: { type: Schema.Types.ObjectId, required: true },
    rev: { type: Number, required: true }, // 1, 2, 3 … without a hole
    message: { type: Schema.Types.UUID, required: true },
    type: { type: String, required: true }, // edited, deleted; features add more
    by: { type: Schema.Types.ObjectId, required: true },
    timestamp: { type: Date, required: true },
  },
  { collection: 'changes' },
);

changeSchema.index({ conversation: 1, rev: 1 }, { unique: true }); // resync; decides races of nodes

const whole = {
  kept: { conversation: kept, rev: kept, message: kept, type: kept, by: kept, timestamp: kept },
  because: 'clients follow by their numbers, and none of them says what a message said',
} as const;

export const changePolicy = {
  accountErased: whole,
  conversationErased: whole,
  exported: { hidden: 'the messages show what was changed' },
} satisfies DataPolicy<typeof changeSchema>;
