import { Schema, type IndexDefinition, type IndexOptions, type Types } from 'mongoose';

declare module './message-fields.ts' {
  interface StoredFields {
    readonly pinned?: { readonly by: Types.ObjectId; readonly at: Date };
  }
}

const indexes: Readonly<Record<string, readonly [IndexDefinition, IndexOptions]>> = {
  // The pins of a conversation, and how many there are.
  pinned: [
    { conversation: 1, 'pinned.at': 1 },
    { partialFilterExpression: { 'pinned.at': { $type: 'date' } } },
  ],
};

/** What a message keeps of its pin. */
export const pinFields = {
  stored: { pinned: { type: Schema.Types.Mixed } },
  erased: { pinned: undefined },
  indexes,
};
