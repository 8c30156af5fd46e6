import { Schema, type Types } from 'mongoose';

/** How often a key was chosen, and by whom, some of them. */
export interface ReactionSum {
  readonly key: string;
  readonly count: number;
  readonly users: readonly Types.ObjectId[];
}

declare module './message-fields.ts' {
  interface StoredFields {
    /** The sums of the rows of `reactions`, changed in the transaction of these. */
    readonly reactions?: readonly ReactionSum[];
  }
}

/** What a message keeps of its reactions. */
export const reactionFields = {
  stored: { reactions: { type: Schema.Types.Mixed } },
  erased: { reactions: undefined },
  indexes: {},
};
