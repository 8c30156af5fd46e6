import type { Logger } from 'pino';
import type { SessionView } from '../../contract/auth.ts';
import type { OpenModels } from '../../models/index.ts';
import { networkOf } from '../../platform/lib/address.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Caller } from '../../platform/security/access-tokens.ts';
import type { Limiters } from '../../platform/rate-limits/limiters.ts';
import { toMeView } from '../shared/user-view.ts';
import type { Devices, IssuedRefresh } from './devices.service.ts';
import type { Authenticator } from './authenticator.ts';
import type { KnownDevices } from './known-devices.ts';
import { assertStrongPassword } from './password-rules.ts';
import type { Passwords } from '../../platform/security/password-hashing.ts';
import type { RefreshTokens } from '../../platform/security/refresh-tokens.ts';
import type { NewAccount, Registration } from './registration.ts';
import type { Origin, Proof, SignIns, StoredUser } from './sign-ins.ts';

/** The hash with its revision. */
const hashed = { passwordHash: 1, credentialsRev: 1 } as const;

interface Ports {
  readonly models: OpenModels;
  readonly limiters: Limiters;
  readonly authenticator: Authenticator;
  readonly devices: Devices;
  readonly signIns: SignIns;
  readonly knownDevices: KnownDevices;
  readonly passwords: Passwords;
  readonly refreshTokens: RefreshTokens;
  readonly registration: Registration;
}

/** Accounts and sign-ins; names of log events are those of the OWASP logging vocabulary. */
export class Auth {
  readonly #ports: Ports;
  readonly #users: OpenModels['users'];

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#users = ports.models.users;
  }

  /** @throws AppError `username-taken`, `email-taken`, `weak-password`, `rate-limited` */
  async register(account: NewAccount, origin: Origin): Promise<SessionView> {
    await this.#ports.limiters.consumeShared('register', networkOf(origin.address));
    const userId = await this.#ports.registration.create(account);
    origin.log.info({ event: 'user_created', user: userId }, 'account created');
    return this.#open(userId, { rev: 0, amr: ['pwd'], origin });
  }

  /** @throws AppError `unauthenticated` whatever is wrong, `rate-limited` */
  async login(
    tried: { login: string; password: string; knownDeviceToken?: string | undefined },
    origin: Origin,
  ): Promise<SessionView> {
    const { login, password, knownDeviceToken } = tried;
    const { passwords } = this.#ports;
    const { user, knownAs, guarded } = await this.#recognise(
      login,
      knownDeviceToken,
      origin.address,
    );
    const isRight = await guarded(() => passwords.verify(user?.passwordHash, password));
    if (!isRight || user === null) {
      origin.log.warn({ event: 'authn_login_fail' }, 'sign-in failed');
      throw new AppError('unauthenticated', { detail: 'The name or the password is wrong.' });
    }
    if (passwords.isWeak(user.passwordHash))
      await this.#users.updateOne(
        { _id: user._id, passwordHash: user.passwordHash },
        { $set: { passwordHash: await passwords.hash(password) } },
      );
    const proof: Proof = { rev: user.credentialsRev ?? 0, amr: ['pwd'], origin, knownAs };
    const session = await this.#open(String(user._id), proof);
    origin.log.info({ event: 'authn_login_success', user: String(user._id) }, 'signed in');
    return session;
  }

  /** @throws AppError `unauthenticated`, `rate-limited` */
  async refresh(refreshToken: string, log: Logger): Promise<SessionView> {
    const { devices, limiters, refreshTokens } = this.#ports;
    const claim = refreshTokens.verify(refreshToken);
    await limiters.consumeShared('refresh', claim.deviceId);
    const { userId, ...refresh } = await devices.rotate(claim, log);
    const user = await this.#users.findOne({ _id: userId, status: 'active' }).lean();
    if (user === null) throw new AppError('unauthenticated');
    return this.#toSession(user, refresh);
  }

  /** Ends all other sign-ins. @throws AppError `unauthenticated`, `weak-password` */
  async changePassword(
    caller: Caller,
    { current, next }: { current: string; next: string },
    log: Logger,
  ): Promise<void> {
    const { limiters, passwords, signIns } = this.#ports;
    const user = await this.#users
      .findOne({ _id: caller.userId }, { username: 1, email: 1 })
      .lean();
    if (user === null) throw new AppError('unauthenticated');
    assertStrongPassword(next, user);
    await limiters.consumeShared('passwordChange', caller.deviceId);
    const rev = await this.assertPassword(caller, current, log);
    await signIns.changePassword(caller, rev, await passwords.hash(next));
    log.info({ event: 'authn_password_change', user: caller.userId }, 'password changed');
  }

  /**
   * The revision of the credentials that were checked. @throws AppError `unauthenticated`,
   * `rate-limited`
   */
  async assertPassword(caller: Caller, password: string, log: Logger): Promise<number> {
    const { limiters, passwords } = this.#ports;
    const { userId, deviceId } = caller;
    let rev = 0;
    const isRight = await limiters.guard.signedIn(deviceId, async () => {
      const user = await this.#users.findOne({ _id: userId, status: 'active' }, hashed).lean();
      rev = user?.credentialsRev ?? 0;
      return passwords.verify(user?.passwordHash, password);
    });
    if (isRight) return rev;
    log.warn({ event: 'authn_password_check_fail', user: userId }, 'wrong password');
    throw new AppError('unauthenticated', { detail: 'The password is wrong.' });
  }

  /**
   * Finds the user of a login, and how the guard checks a password for it: a known device of this
   * user counts separately, a known device of somebody else does not.
   */
  async #recognise(login: string, token: string | undefined, address: string) {
    const { knownDevices, limiters } = this.#ports;
    const named = knownDevices.read(token);
    if (named === undefined) await limiters.consumeShared('login', networkOf(address));
    const user = await this.#find(login);
    const known = named?.userId === String(user?._id) ? named : undefined;
    if (named !== undefined)
      await limiters.consumeShared('login', known?.knownAs ?? networkOf(address));
    const guarded = (check: () => Promise<boolean>): Promise<boolean> =>
      known === undefined
        ? // By what was typed: if it counted for the account, it would reveal which name and address belong together.
          limiters.guard.stranger(login, address, check)
        : limiters.guard.knownDevice(known.knownAs, check);
    return { user, knownAs: known?.knownAs, guarded };
  }

  /** The user of a login, whoever they are; read before anything is hashed. */
  #find(login: string) {
    const name = login.includes('@') ? { email: login } : { username: login };
    return this.#users.findOne({ ...name, status: 'active' }, hashed).lean();
  }

  async #open(userId: string, proof: Proof): Promise<SessionView> {
    const { user, refresh } = await this.#ports.signIns.open(userId, proof);
    return this.#toSession(user, refresh);
  }

  #toSession(user: StoredUser, refresh: IssuedRefresh): SessionView {
    const { authenticator, knownDevices } = this.#ports;
    const userId = String(user._id);
    const access = authenticator.accessTokens.sign(userId, refresh.deviceId);
    return {
      user: toMeView(user),
      deviceId: refresh.deviceId,
      accessToken: access.token,
      accessTokenExpiresAt: access.expiresAt.toISOString(),
      refreshToken: refresh.refreshToken,
      refreshTokenExpiresAt: refresh.expiresAt.toISOString(),
      knownDeviceToken: knownDevices.sign({ userId, knownAs: refresh.knownAs }),
    };
  }
}
