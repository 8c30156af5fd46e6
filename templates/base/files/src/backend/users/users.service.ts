import { trusted, type ClientSession } from 'mongoose';
import type { MeView, UserView } from '../../contract/users.ts';
import { limits } from '../../configs/limits.ts';
import type { OpenModels } from '../../models/index.ts';
import type { Access } from '../shared/access.ts';
import { AppError, invalid, notFound } from '../../platform/errors/app-error.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { inIds } from '../../platform/database/ids.ts';
import type { Names } from '../shared/names.ts';
import { toMeView, toUserView } from '../shared/user-view.ts';

const isActive = { status: 'active' } as const;
const written = { $inc: { consentRev: 1 } };
const shown = { username: 1, displayName: 1, avatarUrl: 1, status: 1 } as const;

interface Ports {
  readonly models: OpenModels;
  readonly clock: Clock;
  readonly names: Names;
  readonly access: Pick<Access, 'changePair'>;
}

/** Profiles, search and blocks. */
export class Users {
  readonly #ports: Ports;
  readonly #users: OpenModels['users'];
  readonly #blocks: OpenModels['blocks'];

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#users = ports.models.users;
    this.#blocks = ports.models.blocks;
  }

  async me(userId: string): Promise<MeView> {
    const user = await this.#users.findOne({ _id: userId, ...isActive }).lean();
    if (user === null) throw new AppError('unauthenticated');
    return toMeView(user);
  }

  /** @throws AppError `validation` for a display name that is reserved */
  async update(
    userId: string,
    changes: { displayName?: string | undefined; avatarUrl?: string | null | undefined },
  ): Promise<MeView> {
    const { displayName, avatarUrl } = changes;
    if (displayName !== undefined) this.#ports.names.assertDisplayName(displayName);
    const changed = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(avatarUrl === undefined ? {} : { avatarUrl }),
    };
    const user = await this.#users
      .findOneAndUpdate(
        { _id: userId, ...isActive },
        { $set: changed },
        { returnDocument: 'after' },
      )
      .lean();
    if (user === null) throw new AppError('unauthenticated');
    return toMeView(user);
  }

  /** @throws AppError `not-found` */
  async get(userId: string): Promise<UserView> {
    const user = await this.#users.findOne({ _id: userId }, shown).lean();
    if (user === null) throw notFound();
    return toUserView(user);
  }

  /** Active users whose name starts with a text, by name; the text is never a pattern. */
  async search(prefix: string, limit: number = limits.page.defaultItems): Promise<UserView[]> {
    // A range of the index, not a pattern: `\uffff` sorts after every character of a name.
    const username = trusted({ $gte: prefix, $lt: `${prefix}\uffff` });
    const rows = await this.#users
      .find({ username, ...isActive }, shown)
      .sort({ username: 1 })
      .limit(limit)
      .lean();
    return rows.map(toUserView);
  }

  /** Many users at once, erased ones included; unknown ids are left out. */
  async views(userIds: readonly string[]): Promise<ReadonlyMap<string, UserView>> {
    const rows = await this.#users.find({ _id: inIds(userIds) }, shown).lean();
    return new Map(rows.map((row) => [String(row._id), toUserView(row)]));
  }

  /** Those of the users who can be talked to. */
  async active(userIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#users.find({ _id: inIds(userIds), ...isActive }, { _id: 1 }).lean();
    return new Set(rows.map((row) => String(row._id)));
  }

  /**
   * Writes the rows of users whom a transaction adds to a conversation: their blocks and the
   * erasure of their accounts write them too, so that only one of the two is committed.
   *
   * @throws AppError `not-found` unless all of them are active
   */
  async enlist(session: ClientSession, userIds: readonly string[]): Promise<void> {
    const filter = { _id: inIds(userIds), ...isActive };
    const { matchedCount } = await this.#users.updateMany(filter, written, { session });
    if (matchedCount < new Set(userIds).size) throw notFound();
  }

  /**
   * False when the block existed already.
   *
   * @throws AppError `not-found`, `validation` for oneself, `limit-reached`
   */
  async block(userId: string, blockedId: string): Promise<boolean> {
    if (userId === blockedId) throw invalid('/path/userId', 'is yourself');
    if ((await this.#users.exists({ _id: blockedId })) === null) throw notFound();
    const pair = { user: userId, blocked: blockedId };
    return this.#ports.access.changePair(userId, blockedId, async (session) => {
      await this.#enterOwn(session, userId);
      const { upsertedCount } = await this.#blocks.updateOne(
        pair,
        { $setOnInsert: { timestamp: this.#ports.clock.now() } },
        { upsert: true, session },
      );
      if (upsertedCount > 0) await this.#assertFewBlocks(session, userId);
      return upsertedCount > 0;
    });
  }

  /** False when there was none. */
  async unblock(userId: string, blockedId: string): Promise<boolean> {
    return this.#ports.access.changePair(userId, blockedId, async (session) => {
      await this.#enterOwn(session, userId);
      const pair = { user: userId, blocked: blockedId };
      const { deletedCount } = await this.#blocks.deleteOne(pair, { session });
      return deletedCount > 0;
    });
  }

  /** A user who changes a block exists at that moment, and is added to no conversation in it. */
  async #enterOwn(session: ClientSession, userId: string): Promise<void> {
    const own = { _id: userId, ...isActive };
    const { matchedCount } = await this.#users.updateOne(own, written, { session });
    if (matchedCount === 0) throw new AppError('unauthenticated');
  }

  async #assertFewBlocks(session: ClientSession, userId: string): Promise<void> {
    const count = await this.#blocks.countDocuments({ user: userId }).session(session);
    if (count > limits.account.blocks)
      throw new AppError('limit-reached', {
        detail: `A user can block at most ${limits.account.blocks} users: lift another block first.`,
      });
  }
}
