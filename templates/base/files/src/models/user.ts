import { Schema, type InferSchemaType } from 'mongoose';
import { erasedDomain } from '../contract/users.ts';
import { kept, type Remains } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/** A person who can sign in. */
export const userSchema = new Schema(
  {
    username: { type: String, required: true }, // case-folded; of erased users `deleted-<id>`
    nameKey: String, // what it looks like; absent where an older name looks the same
    displayName: { type: String, required: true },
    email: { type: String, required: true }, // lower case
    passwordHash: { type: String, required: true, select: false }, // argon2id, PHC string
    credentialsRev: { type: Number, default: 0 }, // one more with each new password
    signIns: { type: Number, default: 0 }, // counted so that a sign-in writes where a new password does
    role: { type: String, enum: ['user', 'admin'], required: true, default: 'user' },
    status: { type: String, enum: ['active', 'disabled', 'erased'], required: true },
    consentRev: { type: Number, default: 0 }, // written by whatever puts them into a conversation
    avatarUrl: { type: String, default: null },
    lastSeenAt: { type: Date, default: null },
    timestamp: { type: Date, required: true },
  },
  { collection: 'users' },
);

userSchema.index({ username: 1 }, { unique: true }); // sign-in, search by prefix, unique names
userSchema.index(
  { nameKey: 1 },
  { unique: true, partialFilterExpression: { nameKey: { $type: 'string' } } },
); // unique: names that look the same
userSchema.index({ email: 1 }, { unique: true }); // sign-in, unique addresses

export type UserRow = InferSchemaType<typeof userSchema>;

/** What others see of somebody who erased their account. */
export const erasedDisplayName = 'Deleted user';
/** The username of somebody who erased their account; nobody can register such a one. */
export const erasedUsername = (userId: string): string => `deleted-${userId}`;

/** What is left of somebody who erased their account. */
export const erasedUser = (userId: string): Remains<UserRow> => ({
  username: erasedUsername(userId),
  nameKey: undefined,
  displayName: erasedDisplayName,
  email: `${userId}@${erasedDomain}`,
  passwordHash: '-', // no hash: nothing fits
  credentialsRev: kept,
  signIns: kept,
  role: kept,
  status: 'erased',
  consentRev: kept,
  avatarUrl: null,
  lastSeenAt: null,
  timestamp: kept,
});

export const userPolicy = {
  accountErased: { erased: erasedUser },
  conversationErased: 'holds nothing of a conversation',
  exported: 'shown',
} satisfies DataPolicy<typeof userSchema>;
