import { Schema, type InferSchemaType } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

/** What one user has chosen of one message. */
export const reactionSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    message: { type: Schema.Types.UUID, required: true },
    conversation: { type: Schema.Types.ObjectId, required: true },
    keys: { type: [String], required: true },
  },
  { collection: 'reactions' },
);

reactionSchema.index({ user: 1, message: 1 }, { unique: true }); // own ones of a page, export, erasure
reactionSchema.index({ message: 1, keys: 1, user: 1 }); // who chose a key, in the order of its pages
reactionSchema.index({ conversation: 1 }); // the end of a conversation

/** A reaction as it is stored. */
export type StoredReaction = Readonly<InferSchemaType<typeof reactionSchema>>;

export const reactionPolicy = {
  accountErased: { takenBack: 'the sums of messages follow from them, and readers are told' },
  conversationErased: { deleted: ['conversation'] },
  exported: {
    of: 'user',
    by: 'message',
    show: ({ conversation, message, keys }) => ({
      conversationId: String(conversation),
      messageId: String(message),
      keys,
    }),
  },
} satisfies DataPolicy<typeof reactionSchema>;
