import { conversationRoutes } from '../../contract/conversations.ts';
import { notificationRoutes } from '../../contract/notifications.ts';
import type { Api } from '../../platform/http/api.ts';
import { Conversations } from './conversations.service.ts';
import { eraseArchived } from './erasing.ts';
import { listOwn, listPublic } from './lists.ts';
import { MemberNotices } from './member-notices.ts';
import { Members } from './members.service.ts';
import { Memberships } from './memberships.ts';
import { changeNotifications } from './notifications.ts';
import type { ConversationPorts } from './ports.ts';

export { ConversationAccess } from './access.ts';

type Ports = ConversationPorts & { readonly api: Api };

interface Services {
  readonly conversations: Conversations;
  readonly members: Members;
  readonly memberships: Memberships;
}

/** Conversations and who is in them; mounts their routes. */
export function createConversations(ports: Ports): Services {
  const conversations = new Conversations(ports);
  const notices = new MemberNotices(ports);
  const members = new Members(ports, notices);
  const services = { conversations, members, memberships: new Memberships(ports, notices) };
  mountConversations(ports, conversations);
  mountMembers(ports.api, services);
  ports.api.route(notificationRoutes.changeNotifications, async ({ params, body, caller }) => ({
    200: await changeNotifications(ports, caller.userId, params.conversationId, body),
  }));
  eraseArchived(ports);
  return services;
}

function mountConversations(ports: Ports, conversations: Conversations): void {
  const { api } = ports;
  api.route(conversationRoutes.openDirect, async ({ params, caller }) => {
    const { conversation, isNew } = await conversations.openDirect(caller.userId, params.userId);
    return isNew ? { 201: conversation } : { 200: conversation };
  });
  api.route(conversationRoutes.createConversation, async ({ body, caller }) => ({
    201: await conversations.create(caller.userId, body),
  }));
  api.route(conversationRoutes.listConversations, async ({ query, caller }) => ({
    200: await listOwn(ports, caller.userId, query.cursor, query.limit),
  }));
  // Before the route with a parameter in the same place.
  api.route(conversationRoutes.listPublicConversations, async ({ query, caller }) => {
    const { prefix, cursor, limit } = query;
    return {
      200: await listPublic(ports, caller.userId, prefix, cursor, limit),
    };
  });
  api.route(conversationRoutes.getConversation, async ({ params, caller }) => ({
    200: await conversations.get(caller.userId, params.conversationId),
  }));
  api.route(conversationRoutes.updateConversation, async ({ params, body, caller }) => {
    return {
      200: await conversations.update(caller.userId, params.conversationId, body),
    };
  });
  api.route(conversationRoutes.archiveConversation, async ({ params, caller }) => {
    await conversations.archive(caller.userId, params.conversationId);
    return { 204: null };
  });
}

function mountMembers(api: Api, { conversations, members, memberships }: Services): void {
  api.route(conversationRoutes.joinConversation, async ({ params, caller }) => {
    const { conversationId } = params;
    await members.join(caller.userId, conversationId);
    return { 200: await conversations.get(caller.userId, conversationId) };
  });
  api.route(conversationRoutes.leaveConversation, async ({ params, caller }) => {
    await members.leave(caller.userId, params.conversationId);
    return { 204: null };
  });
  api.route(conversationRoutes.listMembers, async ({ params, query, caller }) => ({
    200: await memberships.list(caller.userId, params.conversationId, query.cursor, query.limit),
  }));
  api.route(conversationRoutes.addMember, async ({ params, body, caller }) => {
    const { conversationId, userId } = params;
    const role = body?.role ?? 'member';
    const { member, isNew } = await members.add(caller.userId, conversationId, userId, role);
    return isNew ? { 201: member } : { 200: member };
  });
  api.route(conversationRoutes.changeRole, async ({ params, body, caller }) => {
    const { conversationId, userId } = params;
    return { 200: await members.changeRole(caller.userId, conversationId, userId, body.role) };
  });
  api.route(conversationRoutes.removeMember, async ({ params, caller }) => {
    await members.remove(caller.userId, params.conversationId, params.userId);
    return { 204: null };
  });
}
