import type { Types } from 'mongoose';
import type {
  ConversationView,
  MemberView,
  SharedConversationView,
} from '../../contract/conversations.ts';
import type { UserView } from '../../contract/users.ts';
import type { ConversationRow, MembershipRow } from '../../models/index.ts';
import type { Heads } from '../../platform/sockets/socket-api.ts';
import type { OwnRow } from '../shared/message-parts.ts';
import { toNotificationsView } from './notifications.ts';
import type { ConversationPorts } from './ports.ts';

export type StoredConversation = ConversationRow & { readonly _id: Types.ObjectId };
export type StoredMembership = MembershipRow & { readonly _id: Types.ObjectId };

/** The part of a conversation that is the same for all members. */
export function toSharedView(row: StoredConversation): SharedConversationView {
  return {
    id: String(row._id),
    type: row.type,
    visibility: row.visibility,
    name: row.name ?? null,
    memberCount: row.memberCount,
    archivedAt: row.archivedAt?.toISOString() ?? null,
  };
}

/** A member; somebody whose user row is gone keeps the id and no name. */
export function toMemberView(
  row: StoredMembership,
  users: ReadonlyMap<string, UserView>,
  readMarkers: Pick<ConversationPorts['readMarkers'], 'lastReadSeq'>,
): MemberView {
  const id = String(row.user);
  const nobody = { id, username: '', displayName: '', avatarUrl: null, erased: true };
  return {
    conversationId: String(row.conversation),
    user: users.get(id) ?? nobody,
    role: row.role,
    lastReadSeq: readMarkers.lastReadSeq(row),
    joinedAt: row.joinedAt.toISOString(),
  };
}

/**
 * Conversations as one user sees them, in the given order. The number of queries does not grow with
 * the list; strangers of a public conversation see the row only.
 */
export async function toViews(
  ports: Pick<ConversationPorts, 'history' | 'parts' | 'users' | 'readMarkers'>,
  userId: string,
  rows: readonly StoredConversation[],
  memberships: ReadonlyMap<string, StoredMembership>,
): Promise<ConversationView[]> {
  const mine = rows.map((row) => String(row._id)).filter((id) => memberships.has(id));
  const others = rows.flatMap((row) => otherOf(row, userId) ?? []);
  const [heads, latest, users] = await Promise.all([
    ports.history.headsOf(mine),
    ports.history.latestOf(mine),
    ports.users.views(others),
  ]);
  for (const row of rows) {
    const last = latest.get(String(row._id));
    if (last !== undefined) ports.readMarkers.found(last, row.lastSeq);
  }
  const unread = await readUnread(ports, heads, memberships);
  const own = await ports.parts.toLists(userId, [...unread.values()]);
  return rows.map((row) => {
    const id = String(row._id);
    const membership = memberships.get(id);
    const { lastSeq, lastRev } = heads.get(id) ?? { lastSeq: 0, lastRev: 0 };
    return {
      ...toSharedView(row),
      createdBy: String(row.createdBy),
      role: membership?.role ?? null,
      lastSeq,
      lastRev,
      lastReadSeq: unread.get(id)?.lastReadSeq ?? 0,
      unread: unread.get(id)?.unread ?? 0,
      lastMessage: latest.get(id) ?? null,
      otherUser: users.get(otherOf(row, userId) ?? '') ?? null,
      timestamp: row.timestamp.toISOString(),
      notifications: membership ? toNotificationsView(membership, row.type) : null,
      ...own.get(id),
    };
  });
}

/**
 * How far the user has read each conversation they are in, and how much is unread: what is still
 * there and not their own, since whoever sends has read everything before.
 */
async function readUnread(
  { history, readMarkers }: Pick<ConversationPorts, 'history' | 'readMarkers'>,
  heads: ReadonlyMap<string, Heads>,
  memberships: ReadonlyMap<string, StoredMembership>,
): Promise<ReadonlyMap<string, OwnRow>> {
  const places = [...heads].flatMap(([conversationId, { lastSeq: upTo }]) => {
    const membership = memberships.get(conversationId);
    if (membership === undefined) return [];
    return [{ conversationId, after: Math.min(readMarkers.lastReadSeq(membership), upTo), upTo }];
  });
  const deleted = await history.deletedIn(places);
  return new Map(
    places.map(({ conversationId, after, upTo }) => [
      conversationId,
      {
        conversationId,
        lastSeq: upTo,
        lastReadSeq: after,
        unread: upTo - after - (deleted.get(conversationId) ?? 0),
      },
    ]),
  );
}

/** The key of a direct conversation: both ids, sorted, so that either side makes the same one. */
export const dmKeyOf = (a: string, b: string): string => [a, b].toSorted().join(' ');

const otherOf = (row: StoredConversation, userId: string): string | undefined =>
  row.dmKey?.split(' ').find((id) => id !== userId);
