import { Schema, type Types } from 'mongoose';

/** A file as a message holds it; its bytes are found by its upload. */
export interface StoredAttachment {
  readonly id: Types.ObjectId;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
}

declare module './message-fields.ts' {
  interface StoredFields {
    readonly attachments?: readonly StoredAttachment[];
  }
}

/** What a message keeps of its files. */
export const attachmentFields = {
  stored: { attachments: { type: Schema.Types.Mixed } },
  erased: { attachments: undefined },
  indexes: {},
};
