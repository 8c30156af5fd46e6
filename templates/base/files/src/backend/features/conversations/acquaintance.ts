import { trusted } from 'mongoose';
import type { Models } from '../../../models/index.ts';
import type { Access, UserPairs } from '../../shared/access.ts';
import { toObjectId } from '../../shared/ids.ts';
import { blockedPairs } from './blocked-pairs.ts';
import { dmKeyOf } from './views.ts';

interface Member {
  readonly user: string;
  readonly conversation: string;
}

/** Creates the look-up of who knows whom: four queries, whatever the number of pairs. */
export function createAcquaintance({
  blocks,
  conversations,
  memberships,
}: Pick<Models, 'blocks' | 'conversations' | 'memberships'>): Access['acquainted'] {
  const among = (ids: Iterable<string>) => trusted({ $in: Array.from(ids, toObjectId) });

  async function membersOf(filter: object): Promise<Member[]> {
    const rows = await memberships
      .find({ ...filter, leftAt: null }, { user: 1, conversation: 1 })
      .lean();
    return rows.map((row) => ({ user: String(row.user), conversation: String(row.conversation) }));
  }

  /** Those of the conversations that are not archived. */
  async function open(ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const rows = await conversations.find({ _id: among(ids), archivedAt: null }, { _id: 1 }).lean();
    return new Set(rows.map((row) => String(row._id)));
  }

  return async (pairs) => {
    const users = new Set(pairs.keys());
    const others = new Set([...pairs.values()].flatMap((set) => [...set]));
    const own = await membersOf({ user: among(users) });
    const places = new Set(own.map((row) => row.conversation));
    const [theirs, blocked] = await Promise.all([
      membersOf({ conversation: among(places), user: among(others) }),
      blockedPairs(blocks, {
        $or: [
          { user: among(users), blocked: among(others) },
          { user: among(others), blocked: among(users) },
        ],
      }),
    ]);
    const shared = await open(new Set(theirs.map((row) => row.conversation)));
    const [placesOf, theirPlaces] = [group(own), group(theirs)];

    const knows = (user: string, other: string): boolean =>
      !blocked.has(dmKeyOf(user, other)) &&
      [...(theirPlaces.get(other) ?? [])].some(
        (place) => shared.has(place) && placesOf.get(user)?.has(place),
      );
    return new Map(
      [...pairs].map(([user, set]) => [
        user,
        new Set([...set].filter((other) => knows(user, other))),
      ]),
    );
  };
}

function group(members: readonly Member[]): UserPairs {
  const places = new Map<string, Set<string>>();
  for (const { user, conversation } of members)
    places.set(user, (places.get(user) ?? new Set()).add(conversation));
  return places;
}
