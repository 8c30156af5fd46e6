import { Schema } from 'mongoose';

/**
 * What a user wrote. The rows are the only truth about order: a conversation's head is its highest
 * `seq`. A third index would cost every send.
 */
export const messageSchema = new Schema(
  {
    conversation: { type: Schema.Types.ObjectId, required: true },
    seq: { type: Number, required: true }, // 1, 2, 3 … without a hole
    sender: { type: Schema.Types.ObjectId, required: true },
    clientMessageId: { type: String, required: true },
    content: { type: String, default: null }, // null once deleted
    timestamp: { type: Date, required: true },
    rev: { type: Number, required: true, default: 0 }, // its last change, 0 as created
    editedAt: { type: Date, default: null },
    deletedAt: { type: Date, default: null },
  },
  { collection: 'messages' },
);

messageSchema.index({ conversation: 1, seq: 1 }, { unique: true }); // order, history, referee
messageSchema.index({ conversation: 1, sender: 1, clientMessageId: 1 }, { unique: true }); // repeats
