import { trusted, type Types } from 'mongoose';
import type { PresenceView } from '../../../contract/presence.ts';
import type { FeatureContext } from '../../feature.ts';
import { toObjectId } from '../../shared/ids.ts';

/** The time of departure is rounded down to this, in milliseconds: it shows nobody's habits. */
const lastSeenStepMs = 5 * 60_000;

/** Tells of changes, once they are in the database. */
export interface Announcements {
  /** Tells of those who had no connection before these. */
  arrived(rows: readonly { readonly id: Types.ObjectId; readonly userId: string }[]): Promise<void>;
  /** Tells of those who have no connection any more. */
  left(userIds: readonly string[]): Promise<void>;
}

/** Creates the announcements of one node. */
export function createAnnouncements(
  { clock, models }: Pick<FeatureContext, 'clock' | 'models'>,
  tell: (presences: readonly PresenceView[]) => Promise<void>,
): Announcements {
  const { connections, users } = models;
  const among = (userIds: readonly string[]) => trusted({ $in: userIds.map(toObjectId) });

  const tellOnline = (userIds: readonly string[]): Promise<void> =>
    tell(userIds.map((userId) => ({ userId, status: 'online', lastSeenAt: null })));

  async function onlineAmong(userIds: readonly string[]): Promise<ReadonlySet<string>> {
    const ids = await connections.distinct('user', { user: among(userIds) });
    return new Set(ids.map(String));
  }

  return {
    async arrived(rows) {
      if (rows.length === 0) return;
      const stored = await connections
        .find({ user: among(rows.map((row) => row.userId)) }, { user: 1 })
        .sort({ _id: -1 })
        .lean();
      // Of several that arrive at the same time, also on other nodes, the first row is told.
      const firsts = new Map(stored.map((row) => [String(row.user), String(row._id)]));
      const first = rows.filter((row) => firsts.get(row.userId) === String(row.id));
      await tellOnline(first.map((row) => row.userId));
    },
    async left(userIds) {
      if (userIds.length === 0) return;
      const online = await onlineAmong(userIds);
      const gone = userIds.filter((userId) => !online.has(userId));
      if (gone.length === 0) return;
      const now = clock.now().getTime();
      const lastSeenAt = new Date(now - (now % lastSeenStepMs));
      await users.updateMany({ _id: among(gone), status: 'active' }, { $set: { lastSeenAt } });
      const seen = lastSeenAt.toISOString();
      await tell(gone.map((userId) => ({ userId, status: 'offline', lastSeenAt: seen })));
      // Who arrived on another node meanwhile may have been told of before this.
      await tellOnline([...(await onlineAmong(gone))]);
    },
  };
}
