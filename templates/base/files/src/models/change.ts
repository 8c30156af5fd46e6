import { Schema } from 'mongoose';

/** That a message was changed, and by whom; never what it said. */
export const changeSchema = new Schema(
  {
    conversation: { type: Schema.Types.ObjectId, required: true },
    rev: { type: Number, required: true }, // 1, 2, 3 … without a hole
    message: { type: Schema.Types.ObjectId, required: true },
    type: { type: String, required: true }, // edited, deleted; features add more
    by: { type: Schema.Types.ObjectId, required: true },
    timestamp: { type: Date, required: true },
  },
  { collection: 'changes' },
);

changeSchema.index({ conversation: 1, rev: 1 }, { unique: true }); // resync, referee
