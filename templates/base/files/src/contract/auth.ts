import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { defineCommand, defineRoute } from './define.ts';
import { count, id, label, listOf, moment, newPassword, password } from './scalars.ts';
import { email, meView, username } from './users.ts';

const { account } = limits;

const token = z
  .string()
  .min(1)
  .max(4_096)
  .meta({ examples: ['as the answer before gave it'] });

/** A sign-in: who, on which device, and its tokens. */
export const sessionView = z
  .object({
    user: meView,
    deviceId: id,
    accessToken: z.string(),
    accessTokenExpiresAt: moment,
    refreshToken: z.string(),
    refreshTokenExpiresAt: moment,
    /** Keep it after signing out and send it with the next `login`: see docs/client.md. */
    knownDeviceToken: z.string(),
  })
  .meta({ id: 'Session' });

/** One sign-in of a user. */
export const deviceView = z
  .object({
    id,
    label: z.string().nullable(),
    current: z.boolean(),
    lastUsedAt: moment,
    timestamp: moment,
  })
  .meta({ id: 'Device' });

export type SessionView = z.output<typeof sessionView>;
export type DeviceView = z.output<typeof deviceView>;

const deviceLabel = label(account.deviceLabelCharacters).optional();

export const authRoutes = {
  register: defineRoute({
    method: 'post',
    path: '/auth/register',
    summary: 'Create an account and sign in',
    public: true,
    body: z.strictObject({ username, email, password: newPassword, deviceLabel }),
    answers: { 201: sessionView },
    problems: ['username-taken', 'email-taken', 'weak-password'],
  }),
  login: defineRoute({
    method: 'post',
    path: '/auth/login',
    summary: 'Sign in with a username or an e-mail address',
    public: true,
    body: z.strictObject({
      login: z
        .string()
        .min(1)
        .max(account.emailCharacters)
        .overwrite((text) => text.normalize('NFKC').toLowerCase())
        .meta({ examples: ['anna'] }),
      password,
      deviceLabel,
      knownDeviceToken: token
        .optional()
        .describe(
          'That of an earlier session of this user here: guesses from elsewhere do not count.',
        ),
    }),
    answers: { 200: sessionView },
    problems: ['unauthenticated'],
  }),
  refresh: defineRoute({
    method: 'post',
    path: '/auth/refresh',
    summary: 'Exchange a refresh token for new tokens',
    public: true,
    body: z.strictObject({ refreshToken: token }),
    answers: { 200: sessionView },
    problems: ['unauthenticated'],
  }),
  logout: defineRoute({
    method: 'post',
    path: '/auth/logout',
    rate: 'write',
    summary: 'End this sign-in',
    answers: { 204: null },
  }),
  changePassword: defineRoute({
    method: 'post',
    path: '/auth/password',
    rate: 'write',
    summary: 'Change the password and end all other sign-ins',
    body: z.strictObject({ currentPassword: password, newPassword }),
    answers: { 204: null },
    problems: ['weak-password'],
  }),
  listDevices: defineRoute({
    method: 'get',
    path: '/devices',
    rate: 'list',
    summary: 'The sign-ins of the user',
    answers: { 200: listOf(deviceView) },
  }),
  revokeDevice: defineRoute({
    method: 'delete',
    path: '/devices/:deviceId',
    rate: 'write',
    summary: 'End one sign-in',
    params: z.strictObject({ deviceId: id }),
    answers: { 204: null },
  }),
  revokeOtherDevices: defineRoute({
    method: 'delete',
    path: '/devices',
    rate: 'write',
    summary: 'End all other sign-ins',
    answers: { 204: null },
  }),
};

export const authCommands = {
  'auth:refresh': defineCommand({
    rate: 'renew',
    summary: 'Keep this socket open with a newer access token of the same device',
    input: z.strictObject({ token }),
    output: z.object({ expiresAt: moment }),
    problems: ['unauthenticated'],
  }),
};

export const authNotices = {
  'device:revoked': z.object({}).describe('This sign-in was ended; the socket closes'),
  'auth:expiring': z
    .object({ inMs: count })
    .describe('The access token ends soon, and the socket with it: send auth:refresh'),
};
