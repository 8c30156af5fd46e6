import { Schema, type InferSchemaType } from 'mongoose';

/** A place where users talk; its members are rows of their own, its order is in the messages. */
export const conversationSchema = new Schema(
  {
    type: { type: String, enum: ['direct', 'group', 'channel'], required: true },
    visibility: { type: String, enum: ['private', 'public'], required: true },
    name: { type: String, default: null },
    dmKey: { type: String }, // direct only: the two user ids, sorted
    createdBy: { type: Schema.Types.ObjectId, required: true },
    memberCount: { type: Number, required: true },
    membersRev: { type: Number, required: true, default: 0 }, // serialises changes of members
    archivedAt: { type: Date, default: null },
    // A cache for sorting lists, never for numbering.
    lastSeq: { type: Number, required: true, default: 0 },
    lastMessageAt: { type: Date, required: true }, // the creation, until there is a message
    timestamp: { type: Date, required: true },
  },
  { collection: 'conversations' },
);

// Closes the race of two users who open their direct conversation at once.
conversationSchema.index(
  { dmKey: 1 },
  { unique: true, partialFilterExpression: { dmKey: { $type: 'string' } } },
);
conversationSchema.index(
  { visibility: 1, name: 1 }, // discovery by name
  { partialFilterExpression: { visibility: 'public' } },
);

export type ConversationRow = InferSchemaType<typeof conversationSchema>;
