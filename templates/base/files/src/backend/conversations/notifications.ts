import type { NotificationsView } from '../../contract/notifications.ts';
import type { ConversationRow, MembershipRow } from '../../models/index.ts';
import { activeMember } from '../../models/membership.ts';
import { notFound } from '../../platform/errors/app-error.ts';
import { rooms } from '../../platform/sockets/socket-api.ts';
import type { ConversationPorts } from './ports.ts';

/** What somebody wants changed of their own choice. */
interface Wanted {
  readonly level?: NotificationsView['level'] | undefined;
  readonly mutedUntil?: string | null | undefined;
}

/** What a member chose, or what holds until they do: in a channel it is to be quiet. */
export const toNotificationsView = (
  { notify, mutedUntil }: Pick<MembershipRow, 'notify' | 'mutedUntil'>,
  type: ConversationRow['type'],
): NotificationsView => ({
  level: notify ?? (type === 'channel' ? 'mentions' : 'all'),
  mutedUntil: mutedUntil?.toISOString() ?? null,
});

/** Stores what a member chose and tells their devices. @throws AppError as `Access.require` */
export async function changeNotifications(
  { access, models, sockets }: Pick<ConversationPorts, 'access' | 'models' | 'sockets'>,
  userId: string,
  conversationId: string,
  { level, mutedUntil }: Wanted,
): Promise<NotificationsView> {
  await access.require(userId, conversationId, 'read');
  const chosen = {
    ...(level !== undefined && { notify: level }),
    ...(mutedUntil !== undefined && { mutedUntil: mutedUntil && new Date(mutedUntil) }),
  };
  const view = await access.change(conversationId, async (session) => {
    const { type } = await access.requireIn(session, userId, conversationId, 'read');
    const own = { conversation: conversationId, user: userId, ...activeMember };
    const row = await models.memberships
      .findOneAndUpdate(own, { $set: chosen }, { returnDocument: 'after', session })
      .orFail(notFound)
      .lean();
    return toNotificationsView(row, type);
  });
  const payload = { conversationId, ...view };
  sockets.notify({ room: rooms.user(userId), name: 'notifications:updated', payload });
  return view;
}
