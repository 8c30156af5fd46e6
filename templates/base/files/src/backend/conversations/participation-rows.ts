import type { ClientSession } from 'mongoose';
import type { ConversationRow, Models } from '../../models/index.ts';
import { activeMember } from '../../models/membership.ts';
import { inIds } from '../../platform/database/ids.ts';
import type { Participation } from '../shared/access.ts';
import { blockedPairs } from './blocks.ts';

export type ReadModels = Pick<Models, 'blocks' | 'conversations' | 'memberships' | 'users'>;

/** A conversation as all see it who are in it. */
export type Shared = Omit<Participation, 'role'>;

/** The role of a member. */
export type Role = NonNullable<Participation['role']>;

/** What stands between the two of a direct conversation. */
type Between = Pick<Participation, 'blocked' | 'erased'>;

type Row = Pick<ConversationRow, 'type' | 'visibility' | 'memberCount'> & { readonly _id: unknown };

const conversationFields = { type: 1, visibility: 1, memberCount: 1, dmKey: 1 } as const;
const nothing: Between = { blocked: false, erased: false };

export const keyOf = (userId: string, conversationId: string): string =>
  `${conversationId} ${userId}`;

/** Those of the conversations that are there. */
export async function readShared(
  models: ReadModels,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Shared>> {
  const rows = await models.conversations
    .find({ _id: inIds(ids), archivedAt: null }, conversationFields)
    .lean();
  const between = await readBetween(
    models,
    rows.flatMap(({ dmKey }) => dmKey ?? []),
  );
  return new Map(rows.map((row) => [String(row._id), toShared(row, between(row.dmKey))]));
}

/** The roles of those who are members, by `keyOf`. */
export async function readRoles(
  { memberships }: ReadModels,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Role>> {
  const ids = keys.map((key) => key.split(' ') as [string, string]);
  const conversation = inIds(ids.map(([conversationId]) => conversationId));
  const user = inIds(ids.map(([, userId]) => userId));
  // More than was asked for, where several of the users are in several of the conversations.
  const rows = await memberships
    .find({ conversation, user, ...activeMember }, { conversation: 1, user: 1, role: 1 })
    .lean();
  return new Map(rows.map((row) => [keyOf(String(row.user), String(row.conversation)), row.role]));
}

/**
 * What several users are in a conversation, as a transaction sees it; what is read of the rows that
 * say it is also written. That of the conversation is written first: of two transactions one stops
 * there at once.
 */
export async function lockParticipations(
  models: ReadModels,
  session: ClientSession,
  conversationId: string,
  userIds: readonly string[],
): Promise<(userId: string) => Participation | null> {
  const row = await models.conversations
    .findOneAndUpdate(
      { _id: conversationId, archivedAt: null },
      { $inc: { membersRev: 1 } },
      { projection: conversationFields, returnDocument: 'after', session },
    )
    .lean();
  if (row === null) return () => null;
  const roles = await lockRoles(models, session, conversationId, userIds);
  const pair = roles.size === 0 ? null : row.dmKey;
  // A block writes the row of the conversation, and so does the erasure of an account.
  const between = await readBetween(models, typeof pair === 'string' ? [pair] : [], session);
  const shared = toShared(row, between(pair));
  return (userId) => toParticipation(shared, roles.get(userId));
}

async function lockRoles(
  { memberships }: ReadModels,
  session: ClientSession,
  conversation: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Role>> {
  const touch = { $inc: { rightsRev: 1 } };
  const [user, other] = userIds;
  if (user === undefined) return new Map();
  if (other === undefined) {
    const options = { projection: { role: 1 }, session };
    const own = { conversation, user, ...activeMember };
    const row = await memberships.findOneAndUpdate(own, touch, options).lean();
    return new Map(row === null ? [] : [[user, row.role]]);
  }
  const some = { conversation, user: inIds(userIds), ...activeMember };
  await memberships.updateMany(some, touch, { session });
  const rows = await memberships.find(some, { user: 1, role: 1 }).session(session).lean();
  return new Map(rows.map((row) => [String(row.user), row.role]));
}

/** What is between the two of each pair. */
async function readBetween(
  models: ReadModels,
  pairs: readonly string[],
  session: ClientSession | null = null,
): Promise<(pair: string | null | undefined) => Between> {
  if (pairs.length === 0) return () => nothing;
  const people = inIds(pairs.flatMap((pair) => pair.split(' ')));
  const readBlocked = () => blockedPairs(models, { user: people, blocked: people }, session);
  const readErased = () =>
    models.users.find({ _id: people, status: 'erased' }, { _id: 1 }).session(session).lean();
  // A transaction does one thing at a time.
  const [blocked, erased] =
    session === null
      ? await Promise.all([readBlocked(), readErased()])
      : [await readBlocked(), await readErased()];
  const gone = new Set(erased.map((row) => String(row._id)));
  return (pair) => ({
    blocked: blocked.has(pair ?? ''),
    erased: (pair ?? '').split(' ').some((id) => gone.has(id)),
  });
}

/** A conversation with the role of the caller in it. What is between two people is no matter of anybody else's. */
export const toParticipation = (shared: Shared, role: Role | undefined): Participation =>
  role === undefined ? { ...shared, ...nothing, role: null } : { ...shared, role };

const toShared = ({ _id, type, visibility, memberCount }: Row, between: Between): Shared => ({
  conversationId: String(_id),
  type,
  visibility,
  memberCount,
  ...between,
});
