import { Schema } from 'mongoose';
import type { DataPolicy } from './data-policy.ts';

/** One sign-in: a family of refresh tokens, of which only the generation is stored. */
export const deviceSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    generation: { type: Number, required: true }, // of the refresh token that is current
    rotatedAt: { type: Date, required: true }, // when that generation was issued
    label: { type: String, default: null },
    amr: [String], // how it signed in (RFC 8176)
    knownAs: Schema.Types.ObjectId, // the first sign-in there, for the guard; absent: this one
    ip: { type: String, default: null },
    lastUsedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true }, // the absolute end, whatever is refreshed
    revokedAt: { type: Date, default: null },
    timestamp: { type: Date, required: true },
  },
  { collection: 'devices' },
);

deviceSchema.index({ user: 1, lastUsedAt: -1 }); // the devices of a user
deviceSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 }); // removal of ended ones

export const devicePolicy = {
  accountErased: { deleted: ['user'] },
  conversationErased: 'holds nothing of a conversation',
  exported: 'shown',
} satisfies DataPolicy<typeof deviceSchema>;
