import { trusted } from 'mongoose';

/**
 * The row of a user whose credentials are still those that were checked. Whatever rests on a
 * password writes to that row in the transaction that does it, so that it conflicts with a new
 * password: reading alone would not be enough. Rows of 0.1.0 have no revision, which is the first
 * one.
 */
export const activeAt = (userId: string, rev: number) => ({
  _id: userId,
  status: 'active' as const,
  credentialsRev: trusted({ $in: rev === 0 ? [0, null] : [rev] }),
});
