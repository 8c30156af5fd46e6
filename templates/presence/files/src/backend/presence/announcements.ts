import type { Types } from 'mongoose';
import type { PresenceView } from '../../contract/presence.ts';
import type { FeatureContext } from '../feature.ts';
import { inIds } from '../../platform/database/ids.ts';

/**
 * The time of departure is rounded down to this, in milliseconds, so that it reveals nobody's
 * habits.
 */
const lastSeenStepMs = 5 * 60_000;

/** A connection that is stored. */
interface Arrival {
  readonly id: Types.ObjectId;
  readonly userId: string;
}

/** Announces changes, once they are in the database. */
export class Announcements {
  readonly #context: Pick<FeatureContext, 'clock' | 'models'>;
  readonly #notify: (presences: readonly PresenceView[]) => Promise<void>;

  constructor(
    context: Pick<FeatureContext, 'clock' | 'models'>,
    notify: (presences: readonly PresenceView[]) => Promise<void>,
  ) {
    this.#context = context;
    this.#notify = notify;
  }

  /** Announces those who had no connection before these. */
  async arrived(rows: readonly Arrival[]): Promise<void> {
    if (rows.length === 0) return;
    const stored = await this.#context.models.connections
      .find({ user: inIds(rows.map((row) => row.userId)) }, { user: 1 })
      .sort({ _id: -1 })
      .lean();
    // Of several that arrive at the same time, also on other nodes, the first row is told.
    const firsts = new Map(stored.map((row) => [String(row.user), String(row._id)]));
    const first = rows.filter((row) => firsts.get(row.userId) === String(row.id));
    await this.#notifyOnline(first.map((row) => row.userId));
  }

  /** Announces those who have no connection any more. */
  async left(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    const { clock, models } = this.#context;
    const online = await this.#onlineAmong(userIds);
    const gone = userIds.filter((userId) => !online.has(userId));
    if (gone.length === 0) return;
    const now = clock.now().getTime();
    const lastSeenAt = new Date(now - (now % lastSeenStepMs));
    await models.users.updateMany({ _id: inIds(gone), status: 'active' }, { $set: { lastSeenAt } });
    const seen = lastSeenAt.toISOString();
    await this.#notify(gone.map((userId) => ({ userId, status: 'offline', lastSeenAt: seen })));
    // Whoever arrived on another node meanwhile may have been announced before this.
    await this.#notifyOnline([...(await this.#onlineAmong(gone))]);
  }

  async #notifyOnline(userIds: readonly string[]): Promise<void> {
    await this.#notify(userIds.map((userId) => ({ userId, status: 'online', lastSeenAt: null })));
  }

  async #onlineAmong(userIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { connections } = this.#context.models;
    const ids = await connections.distinct('user', { user: inIds(userIds) });
    return new Set(ids.map(String));
  }
}
