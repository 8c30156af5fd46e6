import { Schema } from 'mongoose';

/** That a user has a socket on a node, or had one a few seconds ago. */
export const connectionSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    node: { type: Schema.Types.ObjectId, required: true },
  },
  { collection: 'connections' },
);

connectionSchema.index({ user: 1 }); // whether a user is online
connectionSchema.index({ node: 1 }); // what a dead node left behind
