import { Schema } from 'mongoose';

/** One sign-in: a family of refresh tokens, of which only the generation is stored. */
export const deviceSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    generation: { type: Number, required: true }, // of the refresh token that is current
    rotatedAt: { type: Date, required: true }, // when that generation was issued
    label: { type: String, default: null },
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
