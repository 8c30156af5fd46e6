import type { Environment } from '../../configs/env.ts';
import { authRoutes } from '../../contract/auth.ts';
import type { OpenModels } from '../../models/index.ts';
import type { Api } from '../../platform/http/api.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Clock } from '../../platform/lib/time.ts';
import type { Limiters } from '../../platform/rate-limits/limiters.ts';
import type { SocketApi } from '../../platform/sockets/socket-api.ts';
import { Auth } from './auth.service.ts';
import type { Names } from '../shared/names.ts';
import { Devices } from './devices.service.ts';
import type { Authenticator } from './authenticator.ts';
import { KnownDevices } from './known-devices.ts';
import { Passwords } from '../../platform/security/password-hashing.ts';
import { RefreshTokens } from '../../platform/security/refresh-tokens.ts';
import { Registration } from './registration.ts';
import { SignIns } from './sign-ins.ts';

export { Authenticator } from './authenticator.ts';

/** Accounts, sign-ins and their tokens; mounts the routes and `auth:refresh`. */
export function createAuth(ports: {
  readonly env: Environment;
  readonly clock: Clock;
  readonly models: OpenModels;
  readonly limiters: Limiters;
  readonly names: Names;
  readonly authenticator: Authenticator;
  readonly api: Api;
  readonly sockets: SocketApi;
}): { readonly auth: Auth; readonly devices: Devices } {
  const { env, api, clock, authenticator, sockets } = ports;
  const passwords = new Passwords();
  const refreshTokens = new RefreshTokens(env.REFRESH_TOKEN_KEY);
  const devices = new Devices({ ...ports, refreshTokens });
  const auth = new Auth({
    ...ports,
    devices,
    signIns: new SignIns({ ...ports, devices }),
    knownDevices: new KnownDevices(env.REFRESH_TOKEN_KEY, clock),
    registration: new Registration({ ...ports, passwords }),
    refreshTokens,
    passwords,
  });

  mountRoutes(api, auth, devices);
  sockets.command('auth:refresh', async ({ token }, { userId, deviceId, socketId }) => {
    const caller = await authenticator.authenticate(token);
    if (caller.userId !== userId || caller.deviceId !== deviceId)
      throw new AppError('unauthenticated');
    sockets.extendSession(socketId, caller.expiresAt);
    return { expiresAt: caller.expiresAt.toISOString() };
  });
  return { auth, devices };
}

function mountRoutes(api: Api, auth: Auth, devices: Devices): void {
  api.route(authRoutes.register, async ({ body, address, log }) => {
    const { deviceLabel, ...account } = body;
    return { 201: await auth.register(account, { address, deviceLabel, log }) };
  });
  api.route(authRoutes.login, async ({ body, address, log }) => {
    const { deviceLabel, ...tried } = body;
    return { 200: await auth.login(tried, { address, deviceLabel, log }) };
  });
  api.route(authRoutes.refresh, async ({ body, log }) => ({
    200: await auth.refresh(body.refreshToken, log),
  }));
  api.route(authRoutes.logout, async ({ caller }) => {
    await devices.revoke(caller.userId, caller.deviceId);
    return { 204: null };
  });
  api.route(authRoutes.changePassword, async ({ body, caller, log }) => {
    const passwords = { current: body.currentPassword, next: body.newPassword };
    await auth.changePassword(caller, passwords, log);
    return { 204: null };
  });
  api.route(authRoutes.listDevices, async ({ caller }) => ({
    200: { items: await devices.list(caller.userId, caller.deviceId), nextCursor: null },
  }));
  api.route(authRoutes.revokeDevice, async ({ params, caller }) => {
    await devices.revoke(caller.userId, params.deviceId);
    return { 204: null };
  });
  api.route(authRoutes.revokeOtherDevices, async ({ caller }) => {
    await devices.revokeAll(caller.userId, caller.deviceId);
    return { 204: null };
  });
}
