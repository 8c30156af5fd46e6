import { hash } from '@node-rs/argon2';
import { AccessTokens } from '../../src/platform/security/access-tokens.ts';
import { KnownDevices } from '../../src/backend/auth/known-devices.ts';
import { RefreshTokens } from '../../src/platform/security/refresh-tokens.ts';
import { systemClock, type Clock } from '../../src/platform/lib/time.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { toMeView } from '../../src/backend/shared/user-view.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { limits } from '../../src/configs/limits.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import { nameKeyOf } from '../../src/contract/name-key.ts';
import { createModels } from '../../src/models/index.ts';
import type { App } from '../../src/app.ts';

const { token, password: cost } = limits;

/** The password of a user of the tests. */
export const passwordOf = (username: string): string => `${username} likes long words`;

/** Writes users and a sign-in of each into the database of an app, as if they had registered. */
export function createSignUp(
  app: App,
  variables: Readonly<Record<string, string>>,
  clock: Clock = systemClock,
): (usernames: readonly string[]) => Promise<SessionView[]> {
  const env = parseEnvironment(variables);
  const accessTokens = new AccessTokens(env, clock);
  const refreshTokens = new RefreshTokens(env.REFRESH_TOKEN_KEY);
  const knownDevices = new KnownDevices(env.REFRESH_TOKEN_KEY, clock);
  const { users, devices } = createModels(app.connection);
  const after = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1_000);

  const toUser = async (username: string) => ({
    username,
    nameKey: nameKeyOf(username),
    email: `${username}@example.com`,
    displayName: username,
    passwordHash: await hash(passwordOf(username), {
      memoryCost: cost.memoryKibibytes,
      timeCost: cost.iterations,
      parallelism: cost.parallelism,
    }),
    status: 'active' as const,
    signIns: 1,
    timestamp: clock.now(),
  });
  const toDevice = (user: { readonly _id: unknown }, _id = newId()) => ({
    _id,
    user: user._id,
    generation: 1,
    rotatedAt: clock.now(),
    label: null,
    amr: ['pwd'],
    knownAs: _id,
    ip: '127.0.0.1',
    lastUsedAt: clock.now(),
    expiresAt: after(token.refreshAbsoluteSeconds),
    revokedAt: null,
    timestamp: clock.now(),
  });

  return async (usernames) => {
    const rows = await users.insertMany(await Promise.all(usernames.map(toUser)));
    const signIns = rows.map((row) => toDevice(row));
    await devices.insertMany(signIns);
    return rows.map((row, index) => {
      const deviceId = String(signIns[index]?._id);
      const userId = String(row._id);
      const access = accessTokens.sign(userId, deviceId);
      return {
        user: toMeView(row),
        deviceId,
        accessToken: access.token,
        accessTokenExpiresAt: access.expiresAt.toISOString(),
        refreshToken: refreshTokens.sign({ deviceId, generation: 1 }),
        refreshTokenExpiresAt: after(token.refreshIdleSeconds).toISOString(),
        knownDeviceToken: knownDevices.sign({ userId, knownAs: deviceId }),
      };
    });
  };
}
