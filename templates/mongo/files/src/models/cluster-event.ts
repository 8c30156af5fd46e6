import { Schema } from 'mongoose';

const keptSeconds = 60; // longer than a node that lost its change stream needs to find its place

/** What nodes tell each other; the adapter writes it. */
export const clusterEventSchema = new Schema(
  { createdAt: { type: Date, required: true } },
  { collection: 'cluster_events', strict: false },
);

clusterEventSchema.index({ createdAt: 1 }, { expireAfterSeconds: keptSeconds });
