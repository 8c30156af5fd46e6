import { trusted } from 'mongoose';
import type { Environment } from '../../../configs/env.ts';
import type { OpenModels } from '../../../models/index.ts';
import { AppError } from '../../shared/app-error.ts';
import { createBatch, inStorms } from '../../shared/batch.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Events } from '../../shared/events.ts';
import { toObjectId } from '../../shared/ids.ts';
import { createShortCache } from '../../shared/short-cache.ts';
import { createAccessTokens, type AccessTokens } from './access-tokens.ts';

const deviceCacheMs = 5_000; // how long a revocation may go unnoticed while nodes cannot talk
const deviceCacheSize = 50_000;

/** Who comes in. */
export interface Gate {
  readonly accessTokens: AccessTokens;
  /** The caller of an access token whose device is still signed in. @throws AppError */
  authenticate(token: string): Promise<Caller>;
}

/** Creates the gate that HTTP and sockets share. */
export function createGate(core: {
  readonly env: Environment;
  readonly clock: Clock;
  readonly models: OpenModels;
  readonly events: Events;
}): Gate {
  const accessTokens = createAccessTokens(core.env, core.clock);
  const devices = createShortCache<boolean>(deviceCacheMs, deviceCacheSize);
  // A storm of those who come back at once is not one query each.
  const usersOf = createBatch(async (deviceIds) => {
    const rows = await core.models.devices
      .find({ _id: trusted({ $in: deviceIds.map(toObjectId) }), revokedAt: null }, { user: 1 })
      .lean();
    return new Map(rows.map((row) => [String(row._id), String(row.user)]));
  }, inStorms);
  core.events.hear('device:closed', ({ deviceId }) => devices.forget(deviceId));

  return {
    accessTokens,
    async authenticate(token) {
      const caller = await accessTokens.verify(token);
      const isOpen = await devices.get(caller.deviceId, async () => {
        const users = await usersOf([caller.deviceId]);
        return users.get(caller.deviceId) === caller.userId;
      });
      if (!isOpen) throw new AppError('unauthenticated');
      return caller;
    },
  };
}
