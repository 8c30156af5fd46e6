import type { Environment } from '../../../configs/env.ts';
import { authRoutes } from '../../../contract/auth.ts';
import type { OpenModels } from '../../../models/index.ts';
import type { Api } from '../../http/api.ts';
import { AppError } from '../../shared/app-error.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Limiters } from '../../shared/limiters.ts';
import type { SocketHub } from '../../sockets/hub.ts';
import { createAuthService, type Auth } from './auth.service.ts';
import { createDevices, type Devices } from './devices.service.ts';
import type { Gate } from './gate.ts';
import { createPasswords } from './passwords.ts';
import { createRefreshTokens } from './refresh-tokens.ts';

export { createGate } from './gate.ts';

/** Accounts, sign-ins and their tokens; mounts the routes and `auth:refresh`. */
export function createAuth(ports: {
  readonly env: Environment;
  readonly clock: Clock;
  readonly models: OpenModels;
  readonly limiters: Limiters;
  readonly gate: Gate;
  readonly api: Api;
  readonly sockets: SocketHub;
}): { readonly devices: Devices; readonly assertPassword: Auth['assertPassword'] } {
  const { env, api, gate, sockets } = ports;
  const refreshTokens = createRefreshTokens(env.REFRESH_TOKEN_KEY);
  const devices = createDevices({ ...ports, refreshTokens });
  const auth = createAuthService({
    ...ports,
    devices,
    refreshTokens,
    passwords: createPasswords(),
  });

  mountRoutes(api, auth, devices);
  sockets.command('auth:refresh', null, async ({ token }, { userId, deviceId, socketId }) => {
    const caller = await gate.authenticate(token);
    if (caller.userId !== userId || caller.deviceId !== deviceId)
      throw new AppError('unauthenticated');
    sockets.extend(socketId, caller.expiresAt);
    return { expiresAt: caller.expiresAt.toISOString() };
  });
  return { devices, assertPassword: auth.assertPassword };
}

function mountRoutes(api: Api, auth: Auth, devices: Devices): void {
  api.route(authRoutes.register, async ({ body, address, log }) => {
    const { deviceLabel, ...account } = body;
    return { 201: await auth.register(account, { address, deviceLabel, log }) };
  });
  api.route(authRoutes.login, async ({ body, address, log }) => {
    const { login, password, deviceLabel } = body;
    return { 200: await auth.login(login, password, { address, deviceLabel, log }) };
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
