import { activeMember } from '../../models/membership.ts';
import { inIds } from '../../platform/database/ids.ts';
import type { ConversationPorts } from './ports.ts';

type Ports = Pick<ConversationPorts, 'models' | 'sockets'>;

/**
 * Adds the sockets of users to the room of a conversation, or removes them, once the change is
 * committed. On all nodes when it resolves. Another change may be committed and applied while this
 * one is under way, so each checks afterwards whether it still holds, and reverts itself if not:
 * the last one has seen the last commit.
 */
export async function syncRooms(
  ports: Ports,
  conversationId: string,
  userIds: readonly string[],
  isIn: boolean,
): Promise<void> {
  const { sockets } = ports;
  await Promise.all(
    userIds.map((userId) =>
      isIn ? sockets.joinRoom(userId, conversationId) : sockets.leaveRoom(userId, conversationId),
    ),
  );
  const members = await membersAmong(ports, conversationId, userIds);
  const others = userIds.filter((userId) => members.has(userId) !== isIn);
  if (others.length > 0) await syncRooms(ports, conversationId, others, !isIn);
}

async function membersAmong(
  { models: { conversations, memberships } }: Ports,
  conversationId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const user = inIds(userIds);
  const [rows, isThere] = await Promise.all([
    memberships.find({ conversation: conversationId, user, ...activeMember }, { user: 1 }).lean(),
    conversations.exists({ _id: conversationId, archivedAt: null }),
  ]);
  return new Set(isThere === null ? [] : rows.map((row) => String(row.user)));
}
