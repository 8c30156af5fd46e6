import { Schema, type InferSchemaType } from 'mongoose';

/** A person who can sign in. */
export const userSchema = new Schema(
  {
    username: { type: String, required: true }, // case-folded
    displayName: { type: String, required: true },
    email: { type: String, required: true }, // lower case
    passwordHash: { type: String, required: true, select: false }, // argon2id, PHC string
    role: { type: String, enum: ['user', 'admin'], required: true, default: 'user' },
    status: { type: String, enum: ['active', 'disabled', 'erased'], required: true },
    avatarUrl: { type: String, default: null },
    lastSeenAt: { type: Date, default: null },
    timestamp: { type: Date, required: true },
  },
  { collection: 'users' },
);

userSchema.index({ username: 1 }, { unique: true }); // sign-in, search by prefix, referee of names
userSchema.index({ email: 1 }, { unique: true }); // sign-in, referee of addresses

export type UserRow = InferSchemaType<typeof userSchema>;
