import type { Models } from '../../models/index.ts';
import { inIds } from '../../platform/database/ids.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { UserPairs } from '../shared/access.ts';
import { blockedPairs } from './blocks.ts';
import type { ConversationPorts } from './ports.ts';
import { dmKeyOf } from './views.ts';

type ReadModels = Pick<Models, 'blocks' | 'conversations' | 'memberships'>;

interface Member {
  readonly user: string;
  readonly conversation: string;
}

/**
 * For each user those of the others whom they know: four queries, whatever the number of pairs. Only
 * conversations that match `where` make people known to each other.
 */
export async function findMutual(
  models: ReadModels,
  pairs: UserPairs,
  where: { readonly visibility?: 'private' } = {},
): Promise<UserPairs> {
  const user = inIds(pairs.keys());
  const other = inIds([...pairs.values()].flatMap((set) => [...set]));
  const own = await membersOf(models, { user });
  const conversation = inIds(own.map((row) => row.conversation));
  const [theirs, blocked] = await Promise.all([
    membersOf(models, { conversation, user: other }),
    blockedPairs(models, {
      $or: [
        { user, blocked: other },
        { user: other, blocked: user },
      ],
    }),
  ]);
  const shared = await openAmong(models, theirs, where);
  const [ownPlaces, theirPlaces] = [group(own), group(theirs)];

  const knows = (userId: string, otherId: string): boolean =>
    !blocked.has(dmKeyOf(userId, otherId)) &&
    [...(theirPlaces.get(otherId) ?? [])].some(
      (place) => shared.has(place) && ownPlaces.get(userId)?.has(place),
    );
  return new Map(
    [...pairs].map(([userId, others]) => [
      userId,
      new Set([...others].filter((otherId) => knows(userId, otherId))),
    ]),
  );
}

/**
 * Counts the strangers whom a user adds to conversations: those with whom they share no private one,
 * since sharing a public one does not count as knowing each other. They count against the same
 * hourly limit as new direct conversations.
 *
 * @throws AppError `rate-limited`, `limit-reached` for more than an hour allows
 */
export async function countStrangers(
  { limiters, models }: Pick<ConversationPorts, 'limiters' | 'models'>,
  userId: string,
  otherIds: readonly string[],
): Promise<void> {
  if (otherIds.length === 0) return;
  const pairs = new Map([[userId, new Set(otherIds)]]);
  const known = (await findMutual(models, pairs, { visibility: 'private' })).get(userId);
  const strangers = otherIds.filter((id) => !known?.has(id));
  if (strangers.length === 0) return;
  const max = limiters.maxOf('newDirect');
  // Waiting would not help: a later attempt would be refused as well.
  if (strangers.length > max)
    throw new AppError('limit-reached', {
      detail: `You share no private conversation with ${strangers.length} of these people; name at most ${max} such people an hour.`,
    });
  await limiters.consumeShared('newDirect', userId, strangers.length);
}

async function membersOf({ memberships }: ReadModels, filter: object): Promise<Member[]> {
  const rows = await memberships
    .find({ ...filter, leftAt: null }, { user: 1, conversation: 1 })
    .lean();
  return rows.map((row) => ({ user: String(row.user), conversation: String(row.conversation) }));
}

/** Those of the members' conversations that are not archived. */
async function openAmong(
  { conversations }: ReadModels,
  members: readonly Member[],
  where: object,
): Promise<ReadonlySet<string>> {
  const _id = inIds(members.map((row) => row.conversation));
  const rows = await conversations.find({ _id, archivedAt: null, ...where }, { _id: 1 }).lean();
  return new Set(rows.map((row) => String(row._id)));
}

function group(members: readonly Member[]): UserPairs {
  const places = new Map<string, Set<string>>();
  for (const { user, conversation } of members)
    places.set(user, (places.get(user) ?? new Set()).add(conversation));
  return places;
}
