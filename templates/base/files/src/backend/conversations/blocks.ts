import type { ClientSession } from 'mongoose';
import type { Models } from '../../models/index.ts';
import { activeMember } from '../../models/membership.ts';
import { inIds } from '../../platform/database/ids.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import { Loader } from '../../platform/lib/loader.ts';
import { TtlCache } from '../../platform/lib/ttl-cache.ts';
import { dmKeyOf } from './views.ts';

const cacheSize = 100_000;
const readsAtOnce = 4;

/** With whom users have a block, as a node knows it: it binds both, whoever made it. */
export class Blocks {
  readonly #models: Pick<Models, 'blocks' | 'memberships'>;
  readonly #known: TtlCache<ReadonlySet<string>>;
  readonly #loader: Loader<ReadonlySet<string>>;

  constructor(models: Pick<Models, 'blocks' | 'memberships'>, ttlMs: () => number) {
    this.#models = models;
    this.#known = new TtlCache(ttlMs, cacheSize);
    this.#loader = new Loader((userIds) => this.#read(userIds), { atOnce: readsAtOnce });
  }

  of(userId: string): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    return this.#known.get(
      userId,
      async () => (await this.#loader.one(userId)) ?? new Set<string>(),
    );
  }

  forget(userId: string): void {
    this.#known.delete(userId);
  }

  forgetEverything(): void {
    this.#known.clear();
  }

  /**
   * Those of them who are in a conversation: a user may have blocks with any number of others, and a
   * notice that named them all would cost every node. Most have none.
   */
  async among(conversationId: string, userId: string): Promise<readonly string[]> {
    const blocked = await this.of(userId);
    if (blocked.size === 0) return [];
    const user = inIds(blocked);
    const rows = await this.#models.memberships
      .find({ conversation: conversationId, user, ...activeMember }, { user: 1 })
      .lean();
    return rows.map((row) => String(row.user));
  }

  async #read(userIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const among = inIds(userIds);
    const rows = await this.#models.blocks
      .find({ $or: [{ user: among }, { blocked: among }] }, { user: 1, blocked: 1 })
      .lean();
    const found = new Map(userIds.map((id) => [id, new Set<string>()]));
    for (const row of rows) {
      const [user, blocked] = [String(row.user), String(row.blocked)];
      found.get(user)?.add(blocked);
      found.get(blocked)?.add(user);
    }
    return found;
  }
}

/** The pairs of users of the blocks that a filter finds, each as `dmKeyOf` has it. */
export async function blockedPairs(
  { blocks }: Pick<Models, 'blocks'>,
  filter: object,
  session: ClientSession | null = null,
): Promise<ReadonlySet<string>> {
  const rows = await blocks.find(filter, { user: 1, blocked: 1 }).session(session).lean();
  return new Set(rows.map(({ user, blocked }) => dmKeyOf(String(user), String(blocked))));
}

/** Refuses when there is a block between a user and one of others. @throws AppError `blocked` */
export async function assertNoBlock(
  { blocks }: Pick<Models, 'blocks'>,
  userId: string,
  otherIds: readonly string[],
  session: ClientSession | null = null,
): Promise<void> {
  const others = inIds(otherIds);
  const between = {
    $or: [
      { user: userId, blocked: others },
      { user: others, blocked: userId },
    ],
  };
  if ((await blocks.exists(between).session(session)) !== null) throw new AppError('blocked');
}
