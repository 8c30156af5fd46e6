import { Schema, type InferSchemaType } from 'mongoose';
import { kept } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

/** Work that must be finished, whatever happens to the node that started it. */
export const jobSchema = new Schema(
  {
    kind: { type: String, required: true },
    subject: { type: Schema.Types.ObjectId, required: true },
    leaseUntil: { type: Date, required: true }, // until then somebody works on it, or it is not due
    isSecond: { type: Boolean, default: false }, // it was done once
    timestamp: { type: Date, required: true },
  },
  { collection: 'jobs' },
);

jobSchema.index({ kind: 1, subject: 1 }, { unique: true }); // one job of a kind a subject
jobSchema.index({ leaseUntil: 1 }); // the next one that nobody works on

export type JobRow = InferSchemaType<typeof jobSchema>;

const whole = {
  kept: { kind: kept, subject: kept, leaseUntil: kept, isSecond: kept, timestamp: kept },
  because: 'it is what erases, and goes when it is done',
} as const;

export const jobPolicy = {
  accountErased: whole,
  conversationErased: whole,
  exported: 'holds nothing of a user',
} satisfies DataPolicy<typeof jobSchema>;
