import { limits } from '../../configs/limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import type { MessagesWhere } from '../shared/message-parts.ts';

/** Where a page lies, both exclusive. */
interface Place {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
}

/** A page of a thread, oldest first. */
interface ThreadPage {
  readonly items: MessageView[];
  readonly hasMoreBefore: boolean;
  readonly hasMoreAfter: boolean;
}

const hint = { conversation: 1, rootSeq: 1, seq: 1 } as const;

/** Replies of a thread, by the index of replies. */
export const whereReplies = (
  rootSeq: number,
  seq: {
    readonly $gt?: number;
    readonly $gte?: number;
    readonly $lt?: number;
    readonly $lte?: number;
  },
  direction: 1 | -1,
  limit: number,
): MessagesWhere => ({
  filter: { rootSeq, ...(Object.keys(seq).length > 0 && { seq }) },
  sort: { seq: direction },
  limit,
  hint,
});

/** Reads a page and whether there is more on each side: the numbers of replies have holes. */
export async function readThread(
  get: (where: MessagesWhere) => Promise<readonly MessageView[]>,
  rootSeq: number,
  { before, after, limit = limits.page.defaultItems }: Place,
): Promise<ThreadPage> {
  const isForward = after !== undefined;
  const seq = isForward ? { $gt: after } : before === undefined ? {} : { $lt: before };
  const found = await get(whereReplies(rootSeq, seq, isForward ? 1 : -1, limit + 1));
  const isMore = found.length > limit;
  const items = found.slice(0, limit);
  if (isForward) {
    const older = await get(whereReplies(rootSeq, { $lte: after }, -1, 1));
    return { items, hasMoreBefore: older.length > 0, hasMoreAfter: isMore };
  }
  const newer =
    before === undefined ? [] : await get(whereReplies(rootSeq, { $gte: before }, 1, 1));
  return { items: items.toReversed(), hasMoreBefore: isMore, hasMoreAfter: newer.length > 0 };
}
