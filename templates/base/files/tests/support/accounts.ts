import { hash } from '@node-rs/argon2';
import { createAccessTokens } from '../../src/backend/features/auth/access-tokens.ts';
import { createRefreshTokens } from '../../src/backend/features/auth/refresh-tokens.ts';
import { systemClock, type Clock } from '../../src/backend/shared/clock.ts';
import { newId } from '../../src/backend/shared/ids.ts';
import { toMeView } from '../../src/backend/shared/user-view.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { limits } from '../../src/configs/limits.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import { createModels } from '../../src/models/index.ts';
import type { App } from '../../src/app.ts';

const { token } = limits;

/** The password of a user of the tests. */
export const passwordOf = (username: string): string => `${username} likes long words`;

/**
 * Writes users and a sign-in of each into the database of an app, as if they had registered. Their
 * passwords are hashed weakly: what a real hash costs is more than most tests cost otherwise.
 */
export function createSignUp(
  app: App,
  variables: Readonly<Record<string, string>>,
  clock: Clock = systemClock,
): (usernames: readonly string[]) => Promise<SessionView[]> {
  const env = parseEnvironment(variables);
  const accessTokens = createAccessTokens(env, clock);
  const refreshTokens = createRefreshTokens(env.REFRESH_TOKEN_KEY);
  const { users, devices } = createModels(app.connection);
  const after = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1_000);

  const toUser = async (username: string) => ({
    username,
    email: `${username}@example.com`,
    displayName: username,
    passwordHash: await hash(passwordOf(username), { memoryCost: 8, timeCost: 1 }),
    status: 'active' as const,
    timestamp: clock.now(),
  });
  const toDevice = (user: { readonly _id: unknown }) => ({
    _id: newId(),
    user: user._id,
    generation: 1,
    rotatedAt: clock.now(),
    label: null,
    ip: '127.0.0.1',
    lastUsedAt: clock.now(),
    expiresAt: after(token.refreshAbsoluteSeconds),
    revokedAt: null,
    timestamp: clock.now(),
  });

  return async (usernames) => {
    const rows = await users.insertMany(await Promise.all(usernames.map(toUser)));
    const signIns = rows.map(toDevice);
    await devices.insertMany(signIns);
    return Promise.all(
      rows.map(async (row, index) => {
        const deviceId = String(signIns[index]?._id);
        const access = await accessTokens.sign(String(row._id), deviceId);
        return {
          user: toMeView(row),
          deviceId,
          accessToken: access.token,
          accessTokenExpiresAt: access.expiresAt.toISOString(),
          refreshToken: refreshTokens.sign({ deviceId, generation: 1 }),
          refreshTokenExpiresAt: after(token.refreshIdleSeconds).toISOString(),
        };
      }),
    );
  };
}
