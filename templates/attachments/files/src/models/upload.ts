import { Schema, type InferSchemaType } from 'mongoose';
import { kept, type Remains } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/** A file of a user's: on its way, there, held by the one message that it belongs to, or to go. */
export const uploadSchema = new Schema(
  {
    _id: { type: Schema.Types.ObjectId, required: true },
    owner: { type: Schema.Types.ObjectId, required: true },
    status: {
      type: String,
      enum: ['pending', 'ready', 'attached', 'deleted'] as const,
      required: true,
    },
    name: String, // absent with all that was said of it but its length, once it is to go
    type: String,
    bytes: Number, // count until nobody can put them any more
    sha256: String,
    width: Number, // of pictures
    height: Number,
    objectKey: { type: String, required: true }, // 32 random hexadecimal digits
    conversation: Schema.Types.ObjectId, // of the message that holds it or is about to
    message: Schema.Types.UUID,
    expiresAt: Date, // when the sweep has to look at it; absent once a stored message holds it
    timestamp: { type: Date, required: true },
  },
  { collection: 'uploads' },
);

uploadSchema.index({ owner: 1, status: 1, bytes: 1 }); // the quota of a user
uploadSchema.index({ owner: 1, _id: 1 }); // export, erasure
uploadSchema.index({ status: 1, expiresAt: 1 }); // the sweep
uploadSchema.index(
  { conversation: 1 }, // the end of a conversation
  { partialFilterExpression: { conversation: { $exists: true } } },
);

/** An upload as it is stored. */
export type StoredUpload = Readonly<InferSchemaType<typeof uploadSchema>>;

/** What is left of an upload until its bytes are gone for good; the sweep looks at it from then on. */
export const erasedUpload = (expiresAt: Date): Remains<StoredUpload> => ({
  _id: kept,
  owner: kept,
  status: 'deleted',
  name: undefined,
  type: undefined,
  bytes: kept,
  sha256: undefined,
  width: undefined,
  height: undefined,
  objectKey: kept,
  conversation: undefined,
  message: undefined,
  expiresAt,
  timestamp: kept,
});

const bytesFirst = { takenBack: 'the row goes when its bytes are gone, which are no row' };

export const uploadPolicy = {
  accountErased: bytesFirst,
  conversationErased: bytesFirst,
  exported: {
    of: 'owner',
    by: '_id',
    show: ({ _id, status, name, type, bytes, sha256, conversation, message, timestamp }) => ({
      id: String(_id),
      status,
      name,
      type,
      bytes,
      sha256,
      conversationId: conversation && String(conversation),
      messageId: message && String(message),
      timestamp: timestamp.toISOString(),
    }),
  },
} satisfies DataPolicy<typeof uploadSchema>;
