import { trusted } from 'mongoose';
import type { MeView, UserView } from '../../../contract/users.ts';
import { limits } from '../../../configs/limits.ts';
import type { OpenModels } from '../../../models/index.ts';
import { AppError, notFound } from '../../shared/app-error.ts';
import type { Clock } from '../../shared/clock.ts';
import { duplicateKeyOf } from '../../shared/duplicate-key.ts';
import { toObjectId } from '../../shared/ids.ts';
import { toMeView, toUserView } from '../../shared/user-view.ts';

/** Profiles, search and blocks. */
export interface Users {
  me(userId: string): Promise<MeView>;
  update(
    userId: string,
    changes: { displayName?: string | undefined; avatarUrl?: string | null | undefined },
  ): Promise<MeView>;
  /** @throws AppError `not-found` */
  get(userId: string): Promise<UserView>;
  /** Active users whose name starts with a text, by name; the text is never a pattern. */
  search(prefix: string, limit?: number): Promise<UserView[]>;
  /** Many users at once, erased ones included; unknown ids are left out. */
  views(userIds: readonly string[]): Promise<ReadonlyMap<string, UserView>>;
  /** Those of the users who can be talked to. */
  active(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** @throws AppError `not-found`, `validation` for oneself */
  block(userId: string, blockedId: string): Promise<void>;
  unblock(userId: string, blockedId: string): Promise<void>;
}

const shown = { username: 1, displayName: 1, avatarUrl: 1 } as const;

/** Creates the service of users. */
export function createUsersService(ports: {
  readonly models: OpenModels;
  readonly clock: Clock;
}): Users {
  const { users, blocks } = ports.models;
  const isActive = { status: 'active' } as const;

  return {
    async me(userId) {
      const user = await users.findOne({ _id: userId, ...isActive }).lean();
      if (user === null) throw new AppError('unauthenticated');
      return toMeView(user);
    },
    async update(userId, { displayName, avatarUrl }) {
      const changes = {
        ...(displayName === undefined ? {} : { displayName }),
        ...(avatarUrl === undefined ? {} : { avatarUrl }),
      };
      const user = await users
        .findOneAndUpdate(
          { _id: userId, ...isActive },
          { $set: changes },
          { returnDocument: 'after' },
        )
        .lean();
      if (user === null) throw new AppError('unauthenticated');
      return toMeView(user);
    },
    async get(userId) {
      const user = await users.findOne({ _id: userId }, shown).lean();
      if (user === null) throw notFound();
      return toUserView(user);
    },
    async search(prefix, limit = limits.page.defaultItems) {
      // A range of the index, not a pattern: `\uffff` sorts after every character of a name.
      const rows = await users
        .find({ username: trusted({ $gte: prefix, $lt: `${prefix}\uffff` }), ...isActive }, shown)
        .sort({ username: 1 })
        .limit(limit)
        .lean();
      return rows.map(toUserView);
    },
    async views(userIds) {
      const ids = [...new Set(userIds)].map(toObjectId);
      const rows = await users.find({ _id: trusted({ $in: ids }) }, shown).lean();
      return new Map(rows.map((row) => [String(row._id), toUserView(row)]));
    },
    async active(userIds) {
      const ids = [...new Set(userIds)].map(toObjectId);
      const rows = await users.find({ _id: trusted({ $in: ids }), ...isActive }, { _id: 1 }).lean();
      return new Set(rows.map((row) => String(row._id)));
    },
    async block(userId, blockedId) {
      if (userId === blockedId)
        throw new AppError('validation', {
          errors: [{ pointer: '/path/userId', detail: 'is yourself' }],
        });
      if ((await users.exists({ _id: blockedId })) === null) throw notFound();
      const row = { user: userId, blocked: blockedId, timestamp: ports.clock.now() };
      await blocks.create(row).catch((error: unknown) => {
        if (duplicateKeyOf(error) === undefined) throw error; // blocked already
      });
    },
    async unblock(userId, blockedId) {
      await blocks.deleteOne({ user: userId, blocked: blockedId });
    },
  };
}
