import type { Logger } from 'pino';
import type { SessionView } from '../../../contract/auth.ts';
import type { OpenModels } from '../../../models/index.ts';
import { AppError } from '../../shared/app-error.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Clock } from '../../shared/clock.ts';
import { duplicateKeyOf } from '../../shared/duplicate-key.ts';
import { networkOf } from '../../shared/address.ts';
import type { Limiters } from '../../shared/limiters.ts';
import { toMeView } from '../../shared/user-view.ts';
import type { Devices, IssuedRefresh } from './devices.service.ts';
import type { Gate } from './gate.ts';
import { assertStrongPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { RefreshTokens } from './refresh-tokens.ts';

/** Where a sign-in comes from. */
export interface Origin {
  readonly address: string;
  readonly deviceLabel?: string | undefined;
  /** The request's. */
  readonly log: Logger;
}

/** Accounts and sign-ins. */
export interface Auth {
  /** @throws AppError `username-taken`, `email-taken`, `weak-password`, `rate-limited` */
  register(
    account: { username: string; email: string; password: string },
    origin: Origin,
  ): Promise<SessionView>;
  /** @throws AppError `unauthenticated` whatever is wrong, `rate-limited` */
  login(login: string, password: string, origin: Origin): Promise<SessionView>;
  /** @throws AppError `unauthenticated`, `rate-limited` */
  refresh(refreshToken: string, log: Logger): Promise<SessionView>;
  /** Ends all other sign-ins. @throws AppError `unauthenticated`, `weak-password` */
  changePassword(
    caller: Caller,
    passwords: { current: string; next: string },
    log: Logger,
  ): Promise<void>;
  /** @throws AppError `unauthenticated` unless it is the user's password */
  assertPassword(userId: string, password: string, log: Logger): Promise<void>;
}

/** Creates the service; names of log events are those of the OWASP logging vocabulary. */
export function createAuthService(ports: {
  readonly clock: Clock;
  readonly models: OpenModels;
  readonly limiters: Limiters;
  readonly gate: Gate;
  readonly devices: Devices;
  readonly passwords: Passwords;
  readonly refreshTokens: RefreshTokens;
}): Auth {
  const { clock, limiters, devices, passwords } = ports;
  const { users } = ports.models;
  const wrong = (): AppError =>
    new AppError('unauthenticated', { detail: 'The name or the password is wrong.' });

  async function toSession(userId: string, refresh: IssuedRefresh): Promise<SessionView> {
    const [user, access] = await Promise.all([
      users.findOne({ _id: userId, status: 'active' }).lean(),
      ports.gate.accessTokens.sign(userId, refresh.deviceId),
    ]);
    if (user === null) throw new AppError('unauthenticated');
    return {
      user: toMeView(user),
      deviceId: refresh.deviceId,
      accessToken: access.token,
      accessTokenExpiresAt: access.expiresAt.toISOString(),
      refreshToken: refresh.refreshToken,
      refreshTokenExpiresAt: refresh.expiresAt.toISOString(),
    };
  }

  async function open(userId: string, { address, deviceLabel }: Origin): Promise<SessionView> {
    return toSession(userId, await devices.open(userId, deviceLabel ?? null, address));
  }

  async function assertPassword(userId: string, password: string, log: Logger): Promise<void> {
    await limiters.logins.attempt(userId);
    const user = await users.findOne({ _id: userId, status: 'active' }, { passwordHash: 1 }).lean();
    if (!(await passwords.verify(user?.passwordHash, password))) {
      log.warn({ event: 'authn_password_check_fail', user: userId }, 'wrong password');
      throw new AppError('unauthenticated', { detail: 'The password is wrong.' });
    }
    await limiters.logins.succeeded(userId);
  }

  return {
    async register({ username, email, password }, origin) {
      await limiters.count('register', networkOf(origin.address));
      assertStrongPassword(password, { username, email });
      const passwordHash = await passwords.hash(password);
      try {
        const user = await users.create({
          username,
          email,
          displayName: username,
          passwordHash,
          status: 'active',
          timestamp: clock.now(),
        });
        origin.log.info({ event: 'user_created', user: String(user._id) }, 'account created');
        return await open(String(user._id), origin);
      } catch (error) {
        const taken = duplicateKeyOf(error);
        if (taken?.includes('username')) throw new AppError('username-taken', { cause: error });
        if (taken?.includes('email')) throw new AppError('email-taken', { cause: error });
        throw error;
      }
    },
    async login(login, password, origin) {
      await limiters.count('login', networkOf(origin.address));
      // By what was typed: counted for the account, a name would tell whose address another one is.
      await limiters.logins.attempt(login);
      const filter = login.includes('@') ? { email: login } : { username: login };
      const user = await users.findOne({ ...filter, status: 'active' }, { passwordHash: 1 }).lean();
      if (!(await passwords.verify(user?.passwordHash, password)) || user === null) {
        origin.log.warn({ event: 'authn_login_fail' }, 'sign-in failed');
        throw wrong();
      }
      await limiters.logins.succeeded(login);
      if (passwords.isWeak(user.passwordHash))
        await users.updateOne(
          { _id: user._id, passwordHash: user.passwordHash },
          { $set: { passwordHash: await passwords.hash(password) } },
        );
      origin.log.info({ event: 'authn_login_success', user: String(user._id) }, 'signed in');
      return open(String(user._id), origin);
    },
    async refresh(refreshToken, log) {
      const claim = ports.refreshTokens.verify(refreshToken);
      await limiters.count('refresh', claim.deviceId);
      const { userId, ...refresh } = await devices.rotate(claim, log);
      return toSession(userId, refresh);
    },
    async changePassword({ userId, deviceId }, { current, next }, log) {
      const user = await users.findOne({ _id: userId }, { username: 1, email: 1 }).lean();
      if (user === null) throw new AppError('unauthenticated');
      await assertPassword(userId, current, log);
      assertStrongPassword(next, user);
      await users.updateOne(
        { _id: userId },
        { $set: { passwordHash: await passwords.hash(next) } },
      );
      await devices.revokeAll(userId, deviceId);
      log.info({ event: 'authn_password_change', user: userId }, 'password changed');
    },
    assertPassword,
  };
}
