import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { ownFields } from './message-fields.ts';
import { defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import { count, id, label, listOf, moment, queryCursor, queryLimit, sequence } from './scalars.ts';
import { userView } from './users.ts';

const { conversation } = limits;

export const conversationType = z.enum(['direct', 'group', 'channel']);
export const visibility = z.enum(['private', 'public']);
export const memberRole = z.enum(['owner', 'admin', 'member']);

export type MemberRole = z.output<typeof memberRole>;

/** The part of a conversation that is the same for all its members. */
export const sharedConversationView = z
  .object({
    id,
    type: conversationType,
    visibility,
    name: z.string().nullable(),
    memberCount: count,
    archivedAt: moment.nullable(),
  })
  .meta({ id: 'SharedConversation' });

/** A conversation as one user sees it; `role` is null for somebody who has not joined. */
export const conversationView = sharedConversationView
  .extend({
    createdBy: id,
    role: memberRole.nullable(),
    lastSeq: sequence,
    lastRev: sequence,
    lastReadSeq: sequence,
    unread: sequence,
    lastMessage: messageView.nullable(),
    otherUser: userView.nullable(),
    timestamp: moment,
    ...ownFields,
  })
  .meta({ id: 'Conversation' });

/** A user in a conversation. */
export const memberView = z
  .object({
    conversationId: id,
    user: userView,
    role: memberRole,
    lastReadSeq: sequence,
    joinedAt: moment,
  })
  .meta({ id: 'Member' });

export type SharedConversationView = z.output<typeof sharedConversationView>;
export type ConversationView = z.output<typeof conversationView>;
export type MemberView = z.output<typeof memberView>;

const params = z.strictObject({ conversationId: id });
const memberParams = z.strictObject({ conversationId: id, userId: id });
const name = label(conversation.nameCharacters);
const pageQuery = z.strictObject({ cursor: queryCursor, limit: queryLimit });

export const conversationRoutes = {
  openDirect: defineRoute({
    method: 'put',
    path: '/conversations/direct/:userId',
    rate: 'write',
    summary: 'The direct conversation with a user, made when there is none',
    params: z.strictObject({ userId: id }),
    answers: { 201: conversationView, 200: conversationView },
    problems: ['blocked', 'limit-reached'],
  }),
  createConversation: defineRoute({
    method: 'post',
    path: '/conversations',
    rate: 'write',
    summary: 'Create a group or a channel',
    body: z.strictObject({
      type: z.enum(['group', 'channel']),
      name,
      visibility: visibility.default('private'),
      members: z.array(id).max(conversation.initialMembers).default([]),
    }),
    answers: { 201: conversationView },
    problems: ['blocked', 'limit-reached'],
  }),
  listConversations: defineRoute({
    method: 'get',
    path: '/conversations',
    rate: 'list',
    summary: 'The conversations of the user, the latest first',
    query: pageQuery,
    answers: { 200: listOf(conversationView) },
  }),
  listPublicConversations: defineRoute({
    method: 'get',
    path: '/conversations/public',
    rate: 'search',
    summary: 'Public conversations by name',
    query: z.strictObject({
      prefix: z
        .string()
        .min(1)
        .max(conversation.nameCharacters)
        .optional()
        .meta({ examples: ['Gen'] }),
      cursor: queryCursor,
      limit: queryLimit,
    }),
    answers: { 200: listOf(conversationView) },
  }),
  getConversation: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId',
    rate: 'read',
    summary: 'A conversation',
    params,
    answers: { 200: conversationView },
  }),
  updateConversation: defineRoute({
    method: 'patch',
    path: '/conversations/:conversationId',
    rate: 'write',
    summary: 'Rename a conversation or change who can find it',
    params,
    body: z
      .strictObject({ name: name.optional(), visibility: visibility.optional() })
      .refine((body) => Object.keys(body).length > 0, 'must have at least one field')
      .meta({ minProperties: 1 }),
    answers: { 200: conversationView },
    problems: ['forbidden', 'conflict'],
  }),
  archiveConversation: defineRoute({
    method: 'delete',
    path: '/conversations/:conversationId',
    rate: 'write',
    summary: 'Archive a conversation: hidden for all, its content is erased',
    params,
    answers: { 204: null },
    problems: ['forbidden', 'conflict'],
  }),
  joinConversation: defineRoute({
    method: 'post',
    path: '/conversations/:conversationId/join',
    rate: 'join',
    summary: 'Join a public conversation',
    params,
    answers: { 200: conversationView },
    problems: ['conflict', 'limit-reached'],
  }),
  leaveConversation: defineRoute({
    method: 'post',
    path: '/conversations/:conversationId/leave',
    rate: 'write',
    summary: 'Leave a conversation',
    params,
    answers: { 204: null },
    problems: ['forbidden', 'conflict', 'last-owner'],
  }),
  listMembers: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/members',
    rate: 'list',
    summary: 'The members of a conversation',
    params,
    query: pageQuery,
    answers: { 200: listOf(memberView) },
    problems: ['forbidden'],
  }),
  addMember: defineRoute({
    method: 'put',
    path: '/conversations/:conversationId/members/:userId',
    rate: 'write',
    summary: 'Add a member; 200 when they are one already',
    params: memberParams,
    body: z.strictObject({ role: memberRole.optional() }).optional(),
    answers: { 201: memberView, 200: memberView },
    problems: ['forbidden', 'blocked', 'conflict', 'limit-reached'],
  }),
  changeRole: defineRoute({
    method: 'patch',
    path: '/conversations/:conversationId/members/:userId',
    rate: 'write',
    summary: 'Change the role of a member',
    params: memberParams,
    body: z.strictObject({ role: memberRole }),
    answers: { 200: memberView },
    problems: ['forbidden', 'conflict', 'last-owner'],
  }),
  removeMember: defineRoute({
    method: 'delete',
    path: '/conversations/:conversationId/members/:userId',
    rate: 'write',
    summary: 'Remove a member',
    params: memberParams,
    answers: { 204: null },
    problems: ['forbidden', 'conflict', 'last-owner'],
  }),
};

export const conversationNotices = {
  'conversation:created': sharedConversationView.describe('The user is in a new conversation'),
  'conversation:updated': sharedConversationView.describe('A conversation was changed'),
  'conversation:deleted': sharedConversationView.describe('A conversation was archived'),
  'member:added': memberView.describe('Somebody joined or was added'),
  'member:updated': memberView.describe('The role of a member was changed'),
  'member:removed': memberView.describe('Somebody left or was removed'),
};
