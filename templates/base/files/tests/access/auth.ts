import { randomUUID } from 'node:crypto';
import type { Use } from '../support/uses.ts';

const newUsername = (): string => `new-${randomUUID().slice(0, 8)}`;

/** Accounts, sign-ins and one's own profile: for oneself only. */
export const uses: readonly Use[] = [
  {
    of: 'register',
    input() {
      const username = newUsername();
      const email = `${username}@example.com`;
      return { body: { username, email, password: 'a password of many words' } };
    },
    answers: { anybody: 201 },
  },
  {
    of: 'login',
    input: ({ asker }) => ({ body: { login: asker.username, password: asker.password } }),
    answers: { anybody: 200 },
  },
  {
    of: 'refresh',
    input: ({ asker }) => ({ body: { refreshToken: asker.refreshToken } }),
    answers: { anybody: 200 },
  },
  { of: 'logout', input: () => ({}), answers: { signedIn: 204 } },
  {
    of: 'changePassword',
    input: ({ asker }) => ({
      body: { currentPassword: asker.password, newPassword: 'another password of many words' },
    }),
    answers: { signedIn: 204 },
  },
  { of: 'listDevices', input: () => ({}), answers: { signedIn: 200 } },
  {
    of: 'revokeDevice',
    input: ({ asker }) => ({ params: { deviceId: asker.otherDeviceId } }),
    answers: { signedIn: 204 },
  },
  { of: 'revokeOtherDevices', input: () => ({}), answers: { signedIn: 204 } },
  {
    of: 'auth:refresh',
    input: ({ asker }) => ({ token: asker.accessToken }),
    answers: { signedIn: 200 },
  },
  { of: 'getMe', input: () => ({}), answers: { signedIn: 200 } },
  {
    of: 'updateMe',
    input: () => ({ body: { displayName: 'Another name', avatarUrl: null } }),
    answers: { signedIn: 200 },
  },
];
