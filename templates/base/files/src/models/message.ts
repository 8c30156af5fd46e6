import { Schema, type InferSchemaType } from 'mongoose';
import { kept, type Remains } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';
import { erasedFields, fieldIndexes, storedFields, type StoredFields } from './message-fields.ts';

/**
 * What a user wrote. The rows are the only truth about order: a conversation's head is its highest
 * `seq`. Another index of all of them would cost every send.
 */
export const messageSchema = new Schema(
  {
    _id: { type: Schema.Types.UUID, required: true }, // its sender's client makes it; decides repeats
    conversation: { type: Schema.Types.ObjectId, required: true },
    seq: { type: Number, required: true }, // 1, 2, 3 … without a hole
    sender: { type: Schema.Types.ObjectId, required: true },
    content: { type: String, default: null }, // null once deleted
    timestamp: { type: Date, required: true },
    ...storedFields, // rev, editedAt, deletedAt, what features add: message-fields.ts
  },
  { collection: 'messages' },
);

messageSchema.index({ conversation: 1, seq: 1 }, { unique: true }); // order, history; decides races of nodes
for (const [fields, options] of Object.values(fieldIndexes)) messageSchema.index(fields, options);

/** A message as it is stored. */
export type StoredMessage = Readonly<
  Omit<InferSchemaType<typeof messageSchema>, keyof StoredFields>
> &
  StoredFields;

/** A message as it is stored first. */
export type NewStoredMessage = Required<Omit<StoredMessage, keyof StoredFields>>;

/** What is left of a message that is deleted, by whomever: its place, and that it was there. */
export const erasedMessage = (deletedAt: Date): Remains<StoredMessage> => ({
  _id: kept, // a repeat of its send finds it
  conversation: kept,
  seq: kept,
  sender: kept,
  content: null,
  timestamp: kept,
  ...erasedFields,
  deletedAt,
});

export const messagePolicy = {
  accountErased: { erased: erasedMessage },
  conversationErased: { erased: erasedMessage },
  exported: 'shown',
} satisfies DataPolicy<typeof messageSchema>;
