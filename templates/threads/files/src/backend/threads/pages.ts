import { limits } from '../../configs/limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import { badCursor } from '../../platform/errors/app-error.ts';
import { repliesIndex } from '../../models/thread-fields.ts';
import type { FeatureContext } from '../feature.ts';
import type { MessagesWhere } from '../shared/message-parts.ts';
import { listRoots } from './counts.ts';
import { whereSeqs } from './replying.ts';

type Get = (where: MessagesWhere) => Promise<readonly MessageView[]>;

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

/** Replies of a thread, by the index of replies. */
const whereReplies = (
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
  hint: repliesIndex,
});

/** Reads a page and whether there is more on each side: the numbers of replies have holes. */
export async function readThread(
  get: Get,
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

/** A page of what has a thread, the newest message first. @throws AppError `validation` for a strange cursor */
export async function listThreads(
  get: Get,
  history: Pick<FeatureContext['history'], 'countBy'>,
  conversationId: string,
  {
    cursor,
    limit = limits.page.defaultItems,
  }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): Promise<{ items: MessageView[]; nextCursor: string | null }> {
  if (cursor !== undefined && !/^[1-9]\d{0,14}$/.test(cursor)) throw badCursor();
  const below = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const found = await listRoots(history, conversationId, below, limit + 1);
  const seqs = found.slice(0, limit);
  const items = seqs.length === 0 ? [] : await get(whereSeqs(seqs));
  return { items: [...items], nextCursor: found.length > limit ? String(seqs.at(-1)) : null };
}
