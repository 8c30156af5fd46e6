import { limits } from '../../configs/limits.ts';
import type { StoredMessage } from '../../models/message.ts';

/** A page of history, oldest first. */
export interface HistoryPage {
  readonly items: readonly StoredMessage[];
  readonly hasMoreBefore: boolean;
  readonly hasMoreAfter: boolean;
}

/** Where a page lies; all places exclusive but `around`. */
export interface HistoryPlace {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
}

/** Finds messages of one conversation: by seq, up (1) or down (-1). */
export type FindMessages = (
  seq: { readonly $lt?: number; readonly $lte?: number; readonly $gte?: number } | undefined,
  sort: 1 | -1,
  size: number,
) => Promise<StoredMessage[]>;

/**
 * Reads a page by the index, never by skipping. One row more than shown on each side says whether
 * there is more: numbers have no holes.
 */
export async function readPage(
  find: FindMessages,
  { before, after, around }: HistoryPlace,
  size: number = limits.page.defaultItems,
): Promise<HistoryPage> {
  if (around !== undefined) return readAround(find, around, size);
  if (after !== undefined) {
    const rows = await find({ $gte: after }, 1, size + 2);
    const hasMoreBefore = await lies(find, rows, after);
    const newer = rows.filter((row) => row.seq > after);
    return { ...cut(newer, size), hasMoreBefore, hasMoreAfter: newer.length > size };
  }
  if (before !== undefined) {
    const rows = await find({ $lte: before }, -1, size + 2);
    const hasMoreAfter = await lies(find, rows, before);
    const older = rows.filter((row) => row.seq < before);
    return { ...cut(older, size, true), hasMoreBefore: older.length > size, hasMoreAfter };
  }
  const rows = await find(undefined, -1, size + 1);
  return { ...cut(rows, size, true), hasMoreBefore: rows.length > size, hasMoreAfter: false };
}

/** Half a page on each side; the message itself belongs to the second half. */
async function readAround(find: FindMessages, around: number, size: number): Promise<HistoryPage> {
  const half = Math.floor(size / 2);
  const [older, newer] = await Promise.all([
    find({ $lt: around }, -1, half + 1),
    find({ $gte: around }, 1, size - half + 1),
  ]);
  return {
    items: [...cut(older, half, true).items, ...cut(newer, size - half).items],
    hasMoreBefore: older.length > half,
    hasMoreAfter: newer.length > size - half,
  };
}

/** Whether there is a message at a place or on the far side of it, seen from what was found. */
async function lies(
  find: FindMessages,
  rows: readonly StoredMessage[],
  place: number,
): Promise<boolean> {
  const [first] = rows;
  if (first !== undefined) return first.seq === place;
  return (await find(undefined, -1, 1)).length > 0;
}

function cut(
  rows: readonly StoredMessage[],
  size: number,
  isDescending = false,
): Pick<HistoryPage, 'items'> {
  const items = rows.slice(0, size);
  return { items: isDescending ? items.toReversed() : items };
}
