import { Schema, type InferSchemaType } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

/** What of a message is searched: made from it, and made anew when it changes. */
export const searchEntrySchema = new Schema(
  {
    _id: { type: Schema.Types.UUID, required: true }, // of the message
    conversation: { type: Schema.Types.ObjectId, required: true },
    seq: { type: Number, required: true },
    sender: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
    terms: { type: [String], required: true },
  },
  { collection: 'search_entries' },
);

/** One term in some conversations, in the order of pages: the right to read is bound in it. */
export const termsIndex = { terms: 1, conversation: 1, at: -1, seq: -1 } as const;

searchEntrySchema.index(termsIndex);
searchEntrySchema.index({ conversation: 1 }); // the end of a conversation, and its start anew

/** An entry as it is stored. */
export type SearchEntryRow = Readonly<InferSchemaType<typeof searchEntrySchema>>;

export const searchEntryPolicy = {
  accountErased: { takenBack: 'entries follow from messages, and go with them' },
  conversationErased: { deleted: ['conversation'] },
  exported: { hidden: 'the messages show what was written' },
} satisfies DataPolicy<typeof searchEntrySchema>;
