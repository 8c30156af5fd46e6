import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { defineRoute } from './define.ts';
import { messageView } from './messages.ts';
import { id, label, listOf, moment, password, queryCursor, queryLimit } from './scalars.ts';

const { account } = limits;

/** A name to sign in and to be found by; compared in lower case after NFKC. */
export const username = z
  .string()
  .max(account.usernameMaxCharacters * 4)
  .transform((text) => text.normalize('NFKC').toLowerCase())
  .pipe(
    z
      .string()
      .min(account.usernameMinCharacters)
      .max(account.usernameMaxCharacters)
      .regex(/^[a-z0-9_.-]+$/, 'letters a-z, digits, and . _ - only'),
  )
  .describe(
    `${account.usernameMinCharacters} to ${account.usernameMaxCharacters} of a-z, 0-9, and . _ - after lower case and NFKC.`,
  );

/** An e-mail address, compared in lower case. */
export const email = z
  .string()
  .max(account.emailCharacters)
  .transform((text) => text.toLowerCase())
  .pipe(z.email());

/** A user as anybody who is signed in may see one. */
export const userView = z
  .object({
    id,
    username: z.string(),
    displayName: z.string(),
    avatarUrl: z.string().nullable(),
  })
  .meta({ id: 'User' });

/** A user as they see themselves. */
export const meView = userView
  .extend({ email: z.string(), role: z.enum(['user', 'admin']), timestamp: moment })
  .meta({ id: 'Me' });

/** What is stored about a user; `nextCursor` asks for more messages. */
export const exportView = z
  .object({
    user: meView,
    devices: z.array(
      z.object({ id, label: z.string().nullable(), ip: z.string().nullable(), lastUsedAt: moment }),
    ),
    blocked: z.array(id),
    conversations: z.array(
      z.object({ id, joinedAt: moment, leftAt: moment.nullable(), lastReadSeq: z.int() }),
    ),
    messages: z.array(messageView),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Export' });

export type ExportView = z.output<typeof exportView>;
export type UserView = z.output<typeof userView>;
export type MeView = z.output<typeof meView>;

const userParams = z.strictObject({ userId: id });

/** An address that a page may load a picture from. */
const avatarUrl = z.url({ protocol: /^https$/ }).max(account.avatarUrlCharacters);

export const userRoutes = {
  getMe: defineRoute({
    method: 'get',
    path: '/users/me',
    summary: 'The signed-in user',
    answers: { 200: meView },
  }),
  updateMe: defineRoute({
    method: 'patch',
    path: '/users/me',
    summary: 'Change the own profile',
    body: z
      .strictObject({
        displayName: label(account.displayNameCharacters).optional(),
        avatarUrl: avatarUrl.nullable().optional(),
      })
      .refine((body) => Object.keys(body).length > 0, 'name at least one field'),
    answers: { 200: meView },
  }),
  eraseMe: defineRoute({
    method: 'delete',
    path: '/users/me',
    summary: 'Erase the own account',
    body: z.strictObject({ password }),
    answers: { 204: null },
  }),
  exportMe: defineRoute({
    method: 'get',
    path: '/users/me/export',
    summary: 'Everything that is stored about the signed-in user; messages page by page',
    query: z.strictObject({ cursor: queryCursor }),
    answers: { 200: exportView },
  }),
  searchUsers: defineRoute({
    method: 'get',
    path: '/users',
    summary: 'Users whose name starts with a prefix',
    query: z.strictObject({
      prefix: z
        .string()
        .min(account.searchPrefixCharacters)
        .max(account.usernameMaxCharacters)
        .transform((text) => text.normalize('NFKC').toLowerCase()),
      limit: queryLimit,
    }),
    answers: { 200: listOf(userView) },
  }),
  getUser: defineRoute({
    method: 'get',
    path: '/users/:userId',
    summary: 'A user',
    params: userParams,
    answers: { 200: userView },
  }),
  blockUser: defineRoute({
    method: 'put',
    path: '/users/:userId/block',
    summary: 'Block a user in direct conversations',
    params: userParams,
    answers: { 204: null },
  }),
  unblockUser: defineRoute({
    method: 'delete',
    path: '/users/:userId/block',
    summary: 'Lift a block',
    params: userParams,
    answers: { 204: null },
  }),
};
