import { Schema } from 'mongoose';
import { kept } from '../platform/database/patch.ts';
import type { DataPolicy } from './data-policy.ts';

const keptSeconds = 60; // longer than a node needs to resume a lost change stream

/** Events between nodes; the adapter writes them. */
export const clusterEventSchema = new Schema(
  { createdAt: { type: Date, required: true } },
  { collection: 'cluster_events', strict: false },
);

clusterEventSchema.index({ createdAt: 1 }, { expireAfterSeconds: keptSeconds });

const whole = { kept: { createdAt: kept }, because: 'it ends by itself, after a minute' } as const;

export const clusterEventPolicy = {
  accountErased: whole,
  conversationErased: whole,
  exported: { hidden: 'what nodes tell each other stands in the messages too' },
} satisfies DataPolicy<typeof clusterEventSchema>;
