import { trusted } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { ConversationView } from '../../../contract/conversations.ts';
import { AppError } from '../../shared/app-error.ts';
import { toObjectId } from '../../shared/ids.ts';
import type { ConversationPorts } from './ports.ts';
import { toViews, type StoredConversation } from './views.ts';

const { conversation: limit, page } = limits;

/** A page of conversations. */
export interface ConversationPage {
  readonly items: ConversationView[];
  readonly nextCursor: string | null;
}

/** The lists of conversations. */
export interface Lists {
  /** The user's own, the latest first. @throws AppError `validation` for a foreign cursor */
  list(userId: string, cursor?: string, size?: number): Promise<ConversationPage>;
  /** Public ones by name; the prefix is text, never a pattern. @throws AppError `validation` */
  listPublic(
    userId: string,
    prefix?: string,
    cursor?: string,
    size?: number,
  ): Promise<ConversationPage>;
}

/** Creates the lists; the number of queries does not grow with their length. */
export function createLists(
  ports: Pick<ConversationPorts, 'models' | 'history' | 'users' | 'readMarks'>,
): Lists {
  const { conversations, memberships } = ports.models;

  /** Sorted in memory: nobody is in more than some thousand conversations. */
  async function latestFirst(ids: readonly unknown[]): Promise<[number, string][]> {
    const rows = await conversations
      .find({ _id: trusted({ $in: ids }), archivedAt: null }, { lastMessageAt: 1 })
      .lean();
    return rows
      .map((row): [number, string] => [row.lastMessageAt.getTime(), String(row._id)])
      .toSorted(byLatest);
  }

  return {
    async list(userId, cursor, size = page.defaultItems) {
      const mine = await memberships
        .find({ user: userId, leftAt: null })
        .limit(limit.perUser)
        .lean();
      const sorted = await latestFirst(mine.map((row) => row.conversation));
      const after = cursor === undefined ? undefined : fromCursor(cursor, isNumber);
      const rest = after ? sorted.filter((place) => byLatest(after, place) < 0) : sorted;
      const places = rest.slice(0, size);
      const ids = places.map(([, id]) => id);
      const rows = await conversations.find({ _id: trusted({ $in: ids.map(toObjectId) }) }).lean();
      const byId = new Map(rows.map((row) => [String(row._id), row]));
      const ordered = ids.flatMap((id) => byId.get(id) ?? []);
      const memberOf = new Map(mine.map((row) => [String(row.conversation), row]));
      const last = places.at(-1);
      return {
        items: await toViews(ports, userId, ordered, memberOf),
        nextCursor: rest.length > size && last ? toCursor(last) : null,
      };
    },
    async listPublic(userId, prefix, cursor, size = page.defaultItems) {
      const from = prefix ?? '';
      const after = cursor === undefined ? undefined : fromCursor(cursor, isText);
      // A range of the index, not a pattern: the last character of all sorts after every name.
      const range =
        prefix === undefined ? { $gte: from } : { $gte: from, $lt: `${from}\u{10ffff}` };
      const place = after
        ? {
            $or: [
              { name: trusted({ $gt: after[0] }) },
              { name: after[0], _id: trusted({ $gt: toObjectId(after[1]) }) },
            ],
          }
        : {};
      const rows: StoredConversation[] = await conversations
        .find({ visibility: 'public', archivedAt: null, name: trusted(range), ...place })
        .sort({ name: 1, _id: 1 })
        .limit(size + 1)
        .lean();
      const shown = rows.slice(0, size);
      const mine = await memberships
        .find({
          user: userId,
          conversation: trusted({ $in: shown.map((row) => row._id) }),
          leftAt: null,
        })
        .lean();
      const last = shown.at(-1);
      return {
        items: await toViews(
          ports,
          userId,
          shown,
          new Map(mine.map((row) => [String(row.conversation), row])),
        ),
        nextCursor:
          rows.length > size && last ? toCursor([last.name ?? '', String(last._id)]) : null,
      };
    },
  };
}

/** The latest first; among equals by id, so that the order is total. */
function byLatest(
  [a, idA]: readonly [number, string],
  [b, idB]: readonly [number, string],
): number {
  return b - a || (idA < idB ? 1 : idA > idB ? -1 : 0);
}

const toCursor = (place: readonly [number | string, string]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** A cursor is the client's word: only one of the right form is believed. */
function fromCursor<Value>(
  cursor: string,
  isValue: (value: unknown) => value is Value,
): readonly [Value, string] {
  const [value, id, ...more] = parseList(Buffer.from(cursor, 'base64url').toString());
  if (isValue(value) && typeof id === 'string' && /^[0-9a-f]{24}$/.test(id) && more.length === 0)
    return [value, id];
  throw new AppError('validation', {
    errors: [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }],
  });
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);
const isText = (value: unknown): value is string => typeof value === 'string';

function parseList(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
