import { Schema, type IndexDefinition, type IndexOptions, type Types } from 'mongoose';
import { kept } from '../platform/database/patch.ts';

declare module './message-fields.ts' {
  interface StoredFields {
    /** What it answers; nothing of its text is copied. */
    readonly replyTo?: {
      readonly id: Types.UUID;
      readonly seq: number;
      readonly sender: Types.ObjectId;
    };
    /** In whose thread it stands. */
    readonly rootSeq?: number;
    readonly alsoInConversation?: true;
  }
}

/** The replies of a thread, how many there are, and which messages have one. */
export const repliesIndex = { conversation: 1, rootSeq: 1, seq: 1 } as const;

const indexes: Readonly<Record<string, readonly [IndexDefinition, IndexOptions]>> = {
  replies: [repliesIndex, { partialFilterExpression: { rootSeq: { $exists: true } } }],
};

/** What a message keeps of what it answers; nothing is written to the root of a thread. */
export const threadFields = {
  stored: {
    replyTo: { type: Schema.Types.Mixed },
    rootSeq: { type: Number },
    alsoInConversation: { type: Boolean },
  },
  // The place of a deleted reply stays, and is counted.
  erased: { replyTo: undefined, rootSeq: kept, alsoInConversation: kept },
  indexes,
} as const;
