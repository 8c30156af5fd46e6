import { trusted, type Types } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { ConversationView } from '../../contract/conversations.ts';
import { discoveryCollation } from '../../models/conversation.ts';
import { badCursor } from '../../platform/errors/app-error.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { latestFirst } from './latest-first.ts';
import type { ConversationPorts } from './ports.ts';
import { toViews, type StoredConversation, type StoredMembership } from './views.ts';

const { page } = limits;

/** A page of conversations. */
interface ConversationPage {
  readonly items: ConversationView[];
  readonly nextCursor: string | null;
}

type Ports = Pick<ConversationPorts, 'models' | 'history' | 'parts' | 'users' | 'readMarkers'>;

/**
 * Those of the user, the latest first. @throws AppError `validation` for the cursor of another
 * list
 */
export async function listOwn(
  ports: Ports,
  userId: string,
  cursor?: string,
  size: number = page.defaultItems,
): Promise<ConversationPage> {
  const after = cursor === undefined ? undefined : fromCursor(cursor, isTime);
  const rows = await latestFirst(ports, userId, size + 1, after);
  return toPage(ports, userId, rows, size, ({ lastMessageAt }) => lastMessageAt.getTime());
}

/** Public ones by name; the prefix is text, never a pattern. @throws AppError `validation` */
export async function listPublic(
  ports: Ports,
  userId: string,
  prefix = '',
  cursor?: string,
  size: number = page.defaultItems,
): Promise<ConversationPage> {
  const after = cursor === undefined ? undefined : fromCursor(cursor, isText);
  const place = after && {
    $or: [
      { name: trusted({ $gt: after[0] }) },
      { name: after[0], _id: trusted({ $gt: toObjectId(after[1]) }) },
    ],
  };
  // A range of the index, not a pattern: this character sorts behind every other one, twice behind
  // a name that has it.
  const range = trusted({ $gte: prefix, $lt: `${prefix}\uffff\uffff` });
  const rows: StoredConversation[] = await ports.models.conversations
    .find({ visibility: 'public', archivedAt: null, name: range, ...place })
    .collation(discoveryCollation)
    .sort({ name: 1, _id: 1 })
    .limit(size + 1)
    .lean();
  return toPage(ports, userId, rows, size, ({ name }) => name ?? '');
}

/** Shows `size` of the rows; one more says that there is another page. */
async function toPage(
  ports: Ports,
  userId: string,
  rows: readonly StoredConversation[],
  size: number,
  valueOf: (last: StoredConversation) => number | string,
): Promise<ConversationPage> {
  const shown = rows.slice(0, size);
  const conversation = trusted({ $in: shown.map((row) => row._id) });
  const mine: StoredMembership[] = await ports.models.memberships
    .find({ user: userId, conversation, leftAt: null })
    .lean();
  const byId = new Map(mine.map((row) => [String(row.conversation), row]));
  const last = shown.at(-1);
  return {
    items: await toViews(ports, userId, shown, byId),
    nextCursor: rows.length > size && last ? toCursor([valueOf(last), last._id]) : null,
  };
}

const toCursor = ([value, id]: readonly [number | string, Types.ObjectId]): string =>
  Buffer.from(JSON.stringify([value, String(id)])).toString('base64url');

/** A cursor comes from the client: only one of the right form is accepted. */
function fromCursor<Value>(
  cursor: string,
  isValue: (value: unknown) => value is Value,
): readonly [Value, string] {
  const [value, id, ...more] = parseList(Buffer.from(cursor, 'base64url').toString());
  if (isValue(value) && typeof id === 'string' && /^[0-9a-f]{24}$/.test(id) && more.length === 0)
    return [value, id];
  throw badCursor();
}

const lastTime = 8.64e15; // of a Date
const isTime = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Math.abs(Number(value)) <= lastTime;
const isText = (value: unknown): value is string => typeof value === 'string';

function parseList(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
