import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { NotificationsView } from '../src/contract/notifications.ts';
import type { UserView } from '../src/contract/users.ts';
import type { Api } from './api.ts';

/** Whether a message names a user: by their id, all, or those who are there. */
export const isNamed = (message: MessageView, userId: string): boolean =>
  message.mentionAll !== undefined || (message.mentions?.includes(userId) ?? false);

/**
 * Whether a new message is to alert the user, by a sound or a banner, as they chose for its
 * conversation. An edit alerts nobody.
 */
export function shouldAlert(
  { notifications }: Pick<ConversationView, 'notifications'>,
  message: MessageView,
  userId: string,
  now = Date.now(),
): boolean {
  if (notifications === null || message.sender === userId) return false;
  if (message.silent || message.rev > 0 || message.deletedAt !== null) return false;
  const { level, mutedUntil } = notifications;
  if (mutedUntil !== null && Date.parse(mutedUntil) > now) return false;
  return level === 'all' || (level === 'mentions' && isNamed(message, userId));
}

/** Chooses what of a conversation alerts the user, or mutes it until a moment. @throws ProblemError */
export const chooseNotifications = (
  api: Api,
  conversationId: string,
  chosen: Partial<NotificationsView>,
): Promise<NotificationsView> =>
  api.call('PATCH', `/conversations/${conversationId}/notifications`, chosen);

/** Members whose name starts with what was typed after an `@`. @throws ProblemError */
export async function mentionable(
  api: Api,
  conversationId: string,
  prefix: string,
): Promise<readonly UserView[]> {
  const path = `/conversations/${conversationId}/mentionable?prefix=${encodeURIComponent(prefix)}`;
  return (await api.call<{ items: UserView[] }>('GET', path)).items;
}
