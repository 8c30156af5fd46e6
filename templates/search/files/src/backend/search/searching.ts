import { searchLimits } from '../../configs/search-limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import { activeMember } from '../../models/membership.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import { AppError, badCursor } from '../../platform/errors/app-error.ts';
import type { FeatureContext } from '../feature.ts';
import { hasWanted, toWanted } from './terms.ts';
import type { Hit, HitPlace, SearchEngine, Wanted } from './types.ts';

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
  const found = await engine.find({ wanted, conversationIds, sender, after, size: size + 1 });
  const hits = found.length > size ? beforePlaceOf(found) : found;
  const last = hits.at(-1);
  return {
    items: await show(context, userId, wanted, hits),
    nextCursor: found.length > size && last !== undefined ? toCursor(last) : null,
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

/** A page ends between two places: those of one place, in several conversations, stay together. */
function beforePlaceOf(found: readonly Hit[]): readonly Hit[] {
  const next = found.at(-1);
  const before = found.filter(
    ({ at, seq }) => at.getTime() !== next?.at.getTime() || seq !== next.seq,
  );
  return before.length > 0 ? before : found;
}

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
  const now = rows.filter(
    ({ conversation, content, deletedAt }) =>
      open.has(conversation.toHexString()) && deletedAt == null && hasWanted(content ?? '', wanted),
  );
  const views = new Map((await messages.show(userId, now)).map((view) => [view.id, view]));
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
    conversationIds.map(async (id) => {
      try {
        await access.require(userId, id, 'read');
        return [id];
      } catch (error) {
        if (error instanceof AppError && error.code !== 'unavailable') return [];
        throw error;
      }
    }),
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
