import { Schema, Types, type IndexDefinition, type IndexOptions } from 'mongoose';

declare module './message-fields.ts' {
  interface StoredFields {
    /** Those who were members when they were named; `everybody` besides where all are. */
    readonly mentions?: readonly Types.ObjectId[];
    readonly mentionAll?: 'all' | 'here';
    readonly silent?: true;
  }
}

/** Stands for all members, so that one index finds what names a user. */
export const everybody = new Types.ObjectId('0'.repeat(24));

const indexes: Readonly<Record<string, readonly [IndexDefinition, IndexOptions]>> = {
  // How many unread messages name a user.
  mentions: [
    { conversation: 1, mentions: 1, seq: 1 },
    { partialFilterExpression: { mentions: { $exists: true } } },
  ],
};

/** What a message keeps of whom it names. */
export const mentionFields = {
  stored: {
    mentions: { type: Schema.Types.Mixed },
    mentionAll: { type: String },
    silent: { type: Boolean },
  },
  erased: { mentions: undefined, mentionAll: undefined, silent: undefined },
  indexes,
};
