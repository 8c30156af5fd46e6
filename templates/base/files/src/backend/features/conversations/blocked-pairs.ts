import type { Models } from '../../../models/index.ts';
import { dmKeyOf } from './views.ts';

/**
 * Of the blocks that a filter finds the pairs of users, each as `dmKeyOf` has it: a block binds both,
 * whoever made it.
 */
export async function blockedPairs(
  blocks: Models['blocks'],
  filter: object,
): Promise<ReadonlySet<string>> {
  const rows = await blocks.find(filter, { user: 1, blocked: 1 }).lean();
  return new Set(rows.map(({ user, blocked }) => dmKeyOf(String(user), String(blocked))));
}
