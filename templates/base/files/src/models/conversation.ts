import { Schema, type InferSchemaType } from 'mongoose';
import { kept, type Remains } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/**
 * How names are compared when conversations are looked for: neither case nor accents count, `ß` is
 * `ss`. The index holds what this makes of a name, so a query must name it too.
 */
export const discoveryCollation = { locale: 'en', strength: 1 } as const;

/** A place where users talk; its members are rows of their own, its order is in the messages. */
export const conversationSchema = new Schema(
  {
    type: { type: String, enum: ['direct', 'group', 'channel'], required: true },
    visibility: { type: String, enum: ['private', 'public'], required: true },
    name: { type: String, default: null },
    dmKey: { type: String }, // direct only: the two user ids, sorted
    createdBy: { type: Schema.Types.ObjectId, required: true },
    memberCount: { type: Number, required: true },
    membersRev: { type: Number, required: true, default: 0 }, // serialises changes in it, except sends
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
  { visibility: 1, name: 1, _id: 1 }, // discovery by name, in the order of its pages
  {
    partialFilterExpression: { visibility: 'public', archivedAt: null },
    collation: discoveryCollation,
  },
);

export type ConversationRow = InferSchemaType<typeof conversationSchema>;

/** What is left of an archived conversation: that it was there. */
export const erasedConversation = (): Remains<ConversationRow> => ({
  type: kept,
  visibility: kept,
  name: null,
  dmKey: kept,
  createdBy: kept,
  memberCount: kept,
  membersRev: kept,
  archivedAt: kept,
  lastSeq: kept,
  lastMessageAt: kept,
  timestamp: kept,
});

export const conversationPolicy = {
  accountErased: 'holds nothing of a user', // but ids: of its founder, of the two of a direct one
  conversationErased: { erased: erasedConversation },
  exported: 'holds nothing of a user',
} satisfies DataPolicy<typeof conversationSchema>;
