import { searchLimits } from '../../configs/search-limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import { activeMember } from '../../models/membership.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import { badCursor } from '../../platform/errors/app-error.ts';
import type { FeatureContext } from '../feature.ts';
import { mayRead } from '../shared/access.ts';
import { hasWanted, toWanted } from './terms.ts';
import { inTurns } from './turns.ts';
import type { Hit, HitPlace, Search, SearchEngine, Wanted } from './types.ts';

type Context = Pick<FeatureContext, 'access' | 'history' | 'messages' | 'models'>;

/** What somebody asks for. */
interface Asked {
  readonly query: string;
  readonly conversationId?: string | undefined;
  readonly sender?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

interface Page {
  readonly items: { readonly message: MessageView }[];
  readonly nextCursor: string | null;
}

/**
 * A page of what is found for one reader, the latest first. What was deleted, edited or closed to them
 * since it was indexed is left out, so a page may be shorter than there is more.
 *
 * @throws AppError `validation`; of the conversation that is named, as `Access.require`
 */
export async function searchMessages(
  context: Context,
  engine: SearchEngine,
  userId: string,
  { query, conversationId, sender, cursor, limit: size = searchLimits.defaultItems }: Asked,
): Promise<Page> {
  const wanted = toWanted(query);
  const after = cursor === undefined ? undefined : fromCursor(cursor);
  if (conversationId !== undefined) await context.access.require(userId, conversationId, 'read');
  const conversationIds = await conversationsOf(context, userId, conversationId);
  if (conversationIds.length === 0) return { items: [], nextCursor: null };
  const found = await findMore(engine, { wanted, conversationIds, sender, after, size: size + 1 });
  const hits = pageOf(found, size);
  const last = hits.at(-1);
  return {
    items: await show(context, userId, wanted, hits),
    nextCursor: hits.length < found.length && last !== undefined ? toCursor(last) : null,
  };
}

/** Where a user is now, by majority: what nodes know of rights may be a moment old. */
async function conversationsOf(
  { models }: Context,
  userId: string,
  only?: string,
): Promise<string[]> {
  const own = { user: toObjectId(userId), ...activeMember };
  const rows = await rowsOf(models.memberships)
    .find(only === undefined ? own : { ...own, conversation: toObjectId(only) }, {
      ...read,
      projection: { _id: 0, conversation: 1 },
    })
    .toArray();
  return rows.map((row) => String(row['conversation']));
}

/** As many as are asked for; more where all of them have one place, until there is another one. */
async function findMore(engine: SearchEngine, asked: Search): Promise<readonly Hit[]> {
  const found = await engine.find(asked);
  const isCut = found.length === asked.size && found.every((hit) => isSamePlace(hit, found[0]));
  return isCut ? findMore(engine, { ...asked, size: asked.size * 2 }) : found;
}

/** A page ends between two places: those of one place, in several conversations, stay together. */
function pageOf(found: readonly Hit[], size: number): readonly Hit[] {
  const isEnd = (at: number): boolean => !isSamePlace(found[at - 1], found[at]);
  const ends = found.map((_hit, index) => index + 1).filter(isEnd);
  return found.slice(0, ends.findLast((end) => end <= size) ?? ends[0]);
}

const isSamePlace = (one: Hit | undefined, other: Hit | undefined): boolean =>
  one?.at.getTime() === other?.at.getTime() && one?.seq === other?.seq;

/** The messages as they are now, to whoever may still read them. */
async function show(
  { access, history, messages }: Context,
  userId: string,
  wanted: Wanted,
  hits: readonly Hit[],
): Promise<{ message: MessageView }[]> {
  const open = await readable(access, userId, [
    ...new Set(hits.map(({ conversation }) => conversation.toHexString())),
  ]);
  const some = hits.filter(({ conversation }) => open.has(conversation.toHexString()));
  const rows = await history.anywhere(some.map(({ _id }) => _id.toHexString()));
  const now = await inTurns(rows, (row) => {
    const isOpen = open.has(row.conversation.toHexString()) && row.deletedAt == null;
    // What was never edited says what was indexed.
    return isOpen && (row.editedAt == null || hasWanted(row.content ?? '', wanted)) ? [row] : [];
  });
  const views = new Map((await messages.show(userId, now.flat())).map((view) => [view.id, view]));
  return some.flatMap(({ _id }) => {
    const message = views.get(_id.toHexString());
    return message === undefined ? [] : [{ message }];
  });
}

async function readable(
  access: Context['access'],
  userId: string,
  conversationIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const judged = await Promise.all(
    conversationIds.map(async (id) => ((await mayRead(access, userId, id)) ? [id] : [])),
  );
  return new Set(judged.flat());
}

const toCursor = ({ at, seq }: HitPlace): string =>
  Buffer.from(JSON.stringify([at.getTime(), seq])).toString('base64url');

/** @throws AppError `validation` for what no page has given */
function fromCursor(cursor: string): HitPlace {
  const [, ms, seq] =
    /^\[(\d{1,15}),(\d{1,15})\]$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (ms === undefined || seq === undefined) throw badCursor();
  return { at: new Date(Number(ms)), seq: Number(seq) };
}
