import { limits } from '../../../configs/limits.ts';
import type { Models } from '../../../models/index.ts';
import { AppError } from '../../shared/app-error.ts';
import { toObjectId } from '../../shared/ids.ts';

const { perUser } = limits.conversation;

/**
 * Refuses when one of the users is in as many conversations as anybody may be in. Two requests at the
 * same time may pass together: the limit bounds what a connect reads, to one more or less.
 *
 * @throws AppError `limit-reached`
 */
export async function assertMayEnter(
  { memberships }: Pick<Models, 'memberships'>,
  userIds: readonly string[],
): Promise<void> {
  const [full] = await memberships.aggregate([
    { $match: { user: { $in: userIds.map(toObjectId) }, leftAt: null } },
    { $group: { _id: '$user', count: { $sum: 1 } } },
    { $match: { count: { $gte: perUser } } },
    { $limit: 1 },
  ]);
  if (full !== undefined)
    throw new AppError('limit-reached', {
      detail: `Nobody is in more than ${perUser} conversations.`,
    });
}
