import { limits } from '../../configs/limits.ts';
import type { UserView } from '../../contract/users.ts';
import type { OpenModels } from '../../models/index.ts';
import type { StoredReaction } from '../../models/reaction.ts';
import { inIds, toObjectId, toUuid } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import { toUserView } from '../shared/user-view.ts';

/** A page of those who chose a key, by their ids; undefined for a cursor that no page gave. */
export async function readVoters(
  models: Pick<OpenModels, 'reactions' | 'users'>,
  messageId: string,
  key: string,
  {
    cursor,
    limit = limits.page.defaultItems,
  }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): Promise<{ items: UserView[]; nextCursor: string | null } | undefined> {
  if (cursor !== undefined && !/^[0-9a-f]{24}$/.test(cursor)) return undefined;
  const chosen = { message: toUuid(messageId), keys: key };
  const after = cursor === undefined ? {} : { user: { $gt: toObjectId(cursor) } };
  const rows = await rowsOf<StoredReaction>(models.reactions)
    .find({ ...chosen, ...after }, read)
    .sort({ user: 1 })
    .limit(limit + 1)
    .toArray();
  const ids = rows.slice(0, limit).map((row) => row.user.toHexString());
  const users = await models.users.find({ _id: inIds(ids) }).lean();
  const byId = new Map(users.map((user) => [String(user._id), toUserView(user)]));
  return {
    items: ids.flatMap((id) => byId.get(id) ?? []),
    nextCursor: rows.length > limit ? (ids.at(-1) ?? null) : null,
  };
}
