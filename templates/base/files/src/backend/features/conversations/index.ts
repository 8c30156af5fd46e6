import { conversationRoutes } from '../../../contract/conversations.ts';
import type { Api } from '../../http/api.ts';
import { AppError } from '../../shared/app-error.ts';
import { createConversationService, type Conversations } from './conversations.service.ts';
import { createLeaving, type Leaving } from './leaving.ts';
import { createMembers, type Members } from './members.service.ts';
import type { ConversationPorts } from './ports.ts';

export { createAccess } from './access.ts';

/** Conversations and who is in them; mounts their routes. */
export function createConversations(
  ports: ConversationPorts & { readonly api: Api },
): Leaving & { readonly memberships: Members } {
  const conversations = createConversationService(ports);
  const members = createMembers(ports);
  mountConversations(ports, conversations);
  mountMembers(ports, members, conversations);
  return { memberships: members, ...createLeaving(ports, members, conversations.archive) };
}

type RoutePorts = ConversationPorts & { readonly api: Api };

function mountConversations(
  { api, access, limiters }: RoutePorts,
  conversations: Conversations,
): void {
  api.route(conversationRoutes.openDirect, async ({ params, caller }) => {
    const { conversation, isNew } = await conversations.openDirect(caller.userId, params.userId);
    return isNew ? { 201: conversation } : { 200: conversation };
  });
  api.route(conversationRoutes.createConversation, async ({ body, caller }) => ({
    201: await conversations.create(caller.userId, body),
  }));
  api.route(conversationRoutes.listConversations, async ({ query, caller }) => ({
    200: await conversations.list(caller.userId, query.cursor, query.limit),
  }));
  // Before the route with a parameter in the same place.
  api.route(conversationRoutes.listPublicConversations, async ({ query, caller }) => {
    limiters.take('search', caller.userId);
    const { prefix, cursor, limit } = query;
    return {
      200: await conversations.listPublic(caller.userId, prefix, cursor, limit),
    };
  });
  api.route(conversationRoutes.getConversation, async ({ params, caller }) => ({
    200: await conversations.get(caller.userId, params.conversationId),
  }));
  api.route(conversationRoutes.updateConversation, async ({ params, body, caller }) => {
    limiters.take('write', caller.userId);
    return {
      200: await conversations.update(caller.userId, params.conversationId, body),
    };
  });
  api.route(conversationRoutes.archiveConversation, async ({ params, caller }) => {
    await access.room(caller.userId, params.conversationId, 'own');
    await conversations.archive(params.conversationId);
    return { 204: null };
  });
}

function mountMembers(
  { api, access, limiters, users }: RoutePorts,
  members: Members,
  conversations: Conversations,
): void {
  api.route(conversationRoutes.joinConversation, async ({ params, caller }) => {
    const { conversationId } = params;
    limiters.take('join', caller.userId);
    const room = await access.room(caller.userId, conversationId, 'see');
    if (room.type === 'direct') throw new AppError('conflict');
    await members.add(conversationId, caller.userId, room.role ?? 'member');
    return { 200: await conversations.get(caller.userId, conversationId) };
  });
  api.route(conversationRoutes.leaveConversation, async ({ params, caller }) => {
    const room = await access.room(caller.userId, params.conversationId, 'read');
    if (room.type === 'direct') throw new AppError('conflict');
    await members.remove(params.conversationId, caller.userId);
    return { 204: null };
  });
  api.route(conversationRoutes.listMembers, async ({ params, query, caller }) => {
    await access.room(caller.userId, params.conversationId, 'read');
    return {
      200: await members.list(params.conversationId, query.cursor, query.limit),
    };
  });
  api.route(conversationRoutes.addMember, async ({ params, body, caller }) => {
    const { conversationId, userId } = params;
    const role = body?.role ?? 'member';
    await access.room(caller.userId, conversationId, role === 'member' ? 'moderate' : 'own');
    if (!(await users.active([userId])).has(userId)) throw new AppError('not-found');
    await limiters.count('invites', `${caller.userId} ${userId}`);
    const { member, isNew } = await members.add(conversationId, userId, role);
    return isNew ? { 201: member } : { 200: member };
  });
  api.route(conversationRoutes.changeRole, async ({ params, body, caller }) => {
    await access.room(caller.userId, params.conversationId, 'own');
    const { conversationId, userId } = params;
    return { 200: await members.changeRole(conversationId, userId, body.role) };
  });
  api.route(conversationRoutes.removeMember, async ({ params, caller }) => {
    const room = await access.room(caller.userId, params.conversationId, 'moderate');
    await members.remove(params.conversationId, params.userId, room.role ?? 'member');
    return { 204: null };
  });
}
