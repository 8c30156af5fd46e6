import { Schema } from 'mongoose';

/** Work that must be finished, whatever happens to the node that began it. */
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
