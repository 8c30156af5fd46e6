import { reactionLimits as limit } from '../../configs/reaction-limits.ts';
import type { ReactionSum } from '../../models/reaction-fields.ts';
import { toObjectId } from '../../platform/database/ids.ts';

/** Whether a user has as many keys on a message as may be, or the message has, without this one. */
export function isFull(own: readonly string[], sums: readonly ReactionSum[], key: string): boolean {
  const isNew = !sums.some((sum) => sum.key === key);
  return own.length >= limit.keysPerUser || (isNew && sums.length >= limit.keysPerMessage);
}

/** Whether everybody who chose a key is among those whom it shows. */
export const showsAll = ({ count, users }: ReactionSum): boolean => users.length === count;

/** What a user chose of keys that show everybody. */
export const keysOf = (userId: string, sums: readonly ReactionSum[]): string[] => {
  const user = toObjectId(userId);
  return sums.filter(({ users }) => users.some((one) => one.equals(user))).map(({ key }) => key);
};

/** The sums after one more or one less: the keys stay in the order of their first use. */
export function counted(
  sums: readonly ReactionSum[],
  {
    key,
    userId,
    isAdded,
  }: { readonly key: string; readonly userId: string; readonly isAdded: boolean },
): readonly ReactionSum[] {
  const known = sums.find((sum) => sum.key === key) ?? { key, count: 0, users: [] };
  const others = known.users.filter((user) => user.toHexString() !== userId);
  const users = isAdded ? [...others, toObjectId(userId)].slice(0, limit.usersShown) : others;
  const sum = { key, count: known.count + (isAdded ? 1 : -1), users };
  if (known.count === 0) return [...sums, sum];
  return sums.map((one) => (one === known ? sum : one)).filter(({ count }) => count > 0);
}
