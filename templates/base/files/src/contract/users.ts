import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { defineRoute } from './define.ts';
import { displayName } from './display-name.ts';
import { id, lengthWords, listOf, moment, queryLimit } from './scalars.ts';

const { account } = limits;
const usernameLength = lengthWords(account.usernameMinCharacters, account.usernameMaxCharacters);

/** A name to sign in and to be found by; compared in lower case after NFKC. */
export const username = z
  .string()
  .max(account.usernameMaxCharacters * 4, { error: usernameLength, abort: true })
  .overwrite((text) => text.normalize('NFKC').toLowerCase())
  .min(account.usernameMinCharacters, usernameLength)
  .max(account.usernameMaxCharacters, usernameLength)
  .regex(/^[a-z0-9_.-]+$/, 'must have letters a-z, digits, and . _ - only')
  .meta({
    minLength: account.usernameMinCharacters,
    maxLength: account.usernameMaxCharacters,
    pattern: '^[A-Za-z0-9_.-]+$', // before the fold
    description: `${account.usernameMinCharacters} to ${account.usernameMaxCharacters} of a-z, 0-9, and . _ - after lower case and NFKC.`,
    examples: ['anna'],
  });

/** Where the addresses of erased users end (RFC 2606: no mail can go there). */
export const erasedDomain = 'erased.invalid';

/** An e-mail address, compared in lower case; one that an erased user will need is nobody's. */
export const email = z
  .email()
  .max(account.emailCharacters)
  .overwrite((text) => text.toLowerCase())
  .refine((text) => !text.endsWith(`@${erasedDomain}`), 'must be one that mail can go to')
  .meta({ examples: ['anna@example.com'] });

/** A user as every signed-in user may see one. */
export const userView = z
  .object({
    id,
    username: z.string(),
    displayName: z.string(),
    avatarUrl: z.string().nullable(),
    /** Whether the account is gone; its name and picture are gone with it. */
    erased: z.boolean(),
  })
  .meta({ id: 'User' });

/** A user as they see themselves. */
export const meView = userView
  .extend({ email: z.string(), role: z.enum(['user', 'admin']), timestamp: moment })
  .meta({ id: 'Me' });

export type UserView = z.output<typeof userView>;
export type MeView = z.output<typeof meView>;

const userParams = z.strictObject({ userId: id });

/** An address that a page may load a picture from. */
const avatarUrl = z
  .url({ protocol: /^https$/, error: 'must be an https URL' })
  .max(account.avatarUrlCharacters)
  .meta({ pattern: '^https://', examples: ['https://example.com/anna.png'] });

export const userRoutes = {
  getMe: defineRoute({
    method: 'get',
    path: '/users/me',
    rate: 'read',
    summary: 'The signed-in user',
    answers: { 200: meView },
  }),
  updateMe: defineRoute({
    method: 'patch',
    path: '/users/me',
    rate: 'write',
    summary: 'Change your own profile',
    body: z
      .strictObject({
        displayName: displayName.optional(),
        avatarUrl: avatarUrl.nullable().optional(),
      })
      .refine((body) => Object.keys(body).length > 0, 'must have at least one field')
      .meta({ minProperties: 1 }),
    answers: { 200: meView },
  }),
  searchUsers: defineRoute({
    method: 'get',
    path: '/users',
    rate: 'search',
    summary: 'Users whose name starts with a prefix',
    query: z.strictObject({
      prefix: z
        .string()
        .min(account.searchPrefixCharacters)
        .max(account.usernameMaxCharacters)
        .overwrite((text) => text.normalize('NFKC').toLowerCase())
        .meta({ examples: ['ann'] }),
      limit: queryLimit,
    }),
    answers: { 200: listOf(userView) },
  }),
  getUser: defineRoute({
    method: 'get',
    path: '/users/:userId',
    rate: 'read',
    summary: 'A user',
    params: userParams,
    answers: { 200: userView },
  }),
  blockUser: defineRoute({
    method: 'put',
    path: '/users/:userId/block',
    rate: 'write',
    summary:
      'Block a user: no direct messages, no adding to conversations, nothing seen of each other',
    params: userParams,
    answers: { 204: null },
    problems: ['limit-reached'],
  }),
  unblockUser: defineRoute({
    method: 'delete',
    path: '/users/:userId/block',
    rate: 'write',
    summary: 'Lift a block',
    params: userParams,
    answers: { 204: null },
  }),
};
