import type { Types } from 'mongoose';
import type {
  ConversationView,
  MemberView,
  SharedConversationView,
} from '../../../contract/conversations.ts';
import type { UserView } from '../../../contract/users.ts';
import type { ConversationRow, MembershipRow } from '../../../models/index.ts';
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
): MemberView {
  const id = String(row.user);
  const nobody = { id, username: '', displayName: '', avatarUrl: null };
  return {
    conversationId: String(row.conversation),
    user: users.get(id) ?? nobody,
    role: row.role,
    lastReadSeq: row.lastReadSeq,
    joinedAt: row.joinedAt.toISOString(),
  };
}

/**
 * Conversations as one user sees them, in the given order. The number of queries does not grow with
 * the list; strangers of a public conversation see the row only.
 */
export async function toViews(
  ports: Pick<ConversationPorts, 'history' | 'users' | 'readMarks'>,
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
  return rows.map((row) => {
    const id = String(row._id);
    const membership = memberships.get(id);
    const { lastSeq, lastRev } = heads.get(id) ?? { lastSeq: 0, lastRev: 0 };
    const readSeq = Math.max(membership?.lastReadSeq ?? 0, ports.readMarks.pending(userId, id));
    const lastReadSeq = Math.min(readSeq, lastSeq);
    return {
      ...toSharedView(row),
      createdBy: String(row.createdBy),
      role: membership?.role ?? null,
      lastSeq,
      lastRev,
      lastReadSeq,
      unread: membership === undefined ? 0 : lastSeq - lastReadSeq,
      lastMessage: latest.get(id) ?? null,
      otherUser: users.get(otherOf(row, userId) ?? '') ?? null,
      timestamp: row.timestamp.toISOString(),
    };
  });
}

/** The key of a direct conversation: both ids, sorted, so that either side makes the same one. */
export const dmKeyOf = (a: string, b: string): string => [a, b].toSorted().join(' ');

const otherOf = (row: StoredConversation, userId: string): string | undefined =>
  row.dmKey?.split(' ').find((id) => id !== userId);
