import { trusted } from 'mongoose';
import type { Logger } from 'pino';
import { limits } from '../../../configs/limits.ts';
import type { DeviceView } from '../../../contract/auth.ts';
import type { OpenModels } from '../../../models/index.ts';
import { AppError, notFound } from '../../shared/app-error.ts';
import type { Clock } from '../../shared/clock.ts';
import { newId, toObjectId } from '../../shared/ids.ts';
import type { Membership } from '../../sockets/hub.ts';
import type { RefreshClaim, RefreshTokens } from './refresh-tokens.ts';

const { token } = limits;

/** A sign-in as its owner gets it: its current refresh token with its end. */
export interface IssuedRefresh {
  readonly deviceId: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** The sign-ins of users. */
export interface Devices {
  /** Signs in on a new device; above the cap the one that was used least recently ends. */
  open(userId: string, label: string | null, address: string): Promise<IssuedRefresh>;
  /**
   * Spends a refresh token. The one before the current, within the grace time and while its
   * successor is unused, gives the same successor: a lost answer is not a theft. Anything older
   * ends the sign-in. @throws AppError `unauthenticated`
   */
  rotate(claim: RefreshClaim, log: Logger): Promise<IssuedRefresh & { readonly userId: string }>;
  list(userId: string, current: string): Promise<DeviceView[]>;
  /** Ends a sign-in; its sockets are closed when this resolves. @throws AppError `not-found` */
  revoke(userId: string, deviceId: string): Promise<void>;
  /** Ends all sign-ins of a user, or all but one. */
  revokeAll(userId: string, except?: string): Promise<void>;
  /** Those that are still signed in. */
  active(deviceIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Creates the service of sign-ins. */
export function createDevices(ports: {
  readonly models: OpenModels;
  readonly clock: Clock;
  readonly refreshTokens: RefreshTokens;
  readonly sockets: Pick<Membership, 'closeDevice'>;
}): Devices {
  const { clock, refreshTokens } = ports;
  const { devices } = ports.models;
  const before = (seconds: number): Date => new Date(clock.now().getTime() - seconds * 1_000);

  const issue = (deviceId: string, generation: number, end: Date): IssuedRefresh => ({
    deviceId,
    refreshToken: refreshTokens.sign({ deviceId, generation }),
    expiresAt: new Date(
      Math.min(end.getTime(), clock.now().getTime() + token.refreshIdleSeconds * 1_000),
    ),
  });

  async function close(deviceIds: readonly string[]): Promise<void> {
    await Promise.all(deviceIds.map((id) => ports.sockets.closeDevice(id)));
  }

  async function revokeWhere(filter: object): Promise<readonly string[]> {
    const rows = await devices.find({ ...filter, revokedAt: null }, { _id: 1 }).lean();
    const ids = rows.map((row) => row._id);
    await devices.updateMany({ _id: trusted({ $in: ids }) }, { $set: { revokedAt: clock.now() } });
    const hexes = ids.map(String);
    await close(hexes);
    return hexes;
  }

  async function enforceCap(userId: string): Promise<void> {
    const old = await devices
      .find({ user: userId, revokedAt: null }, { _id: 1 })
      .sort({ lastUsedAt: -1 })
      .skip(limits.account.devices) // bounded by the cap itself
      .lean();
    if (old.length > 0) await revokeWhere({ _id: trusted({ $in: old.map((row) => row._id) }) });
  }

  return {
    async open(userId, label, address) {
      const now = clock.now();
      const row = {
        _id: newId(),
        user: toObjectId(userId),
        generation: 1,
        rotatedAt: now,
        label,
        ip: address,
        lastUsedAt: now,
        expiresAt: new Date(now.getTime() + token.refreshAbsoluteSeconds * 1_000),
        revokedAt: null,
        timestamp: now,
      };
      await devices.create(row);
      await enforceCap(userId);
      return issue(row._id.toHexString(), 1, row.expiresAt);
    },
    async rotate({ deviceId, generation }, log) {
      const now = clock.now();
      const alive = {
        _id: deviceId,
        revokedAt: null,
        expiresAt: trusted({ $gt: now }),
        rotatedAt: trusted({ $gt: before(token.refreshIdleSeconds) }),
      };
      const rotated = await devices
        .findOneAndUpdate(
          { ...alive, generation },
          { $inc: { generation: 1 }, $set: { rotatedAt: now, lastUsedAt: now } },
          { returnDocument: 'after' },
        )
        .lean();
      const row =
        rotated ??
        (await devices
          .findOne({
            ...alive,
            generation: generation + 1,
            rotatedAt: trusted({ $gt: new Date(now.getTime() - token.refreshGraceMs) }),
          })
          .lean());
      if (row !== null)
        return { ...issue(deviceId, row.generation, row.expiresAt), userId: String(row.user) };
      const reused = await revokeWhere({ _id: deviceId, generation: trusted({ $gt: generation }) });
      if (reused.length > 0)
        log.warn({ event: 'authn_token_reuse', device: deviceId }, 'refresh token reused');
      throw new AppError('unauthenticated');
    },
    async list(userId, current) {
      const rows = await devices
        .find({ user: userId, revokedAt: null, expiresAt: trusted({ $gt: clock.now() }) })
        .sort({ lastUsedAt: -1 })
        .limit(limits.account.devices)
        .lean();
      return rows.map((row) => ({
        id: String(row._id),
        label: row.label ?? null,
        current: String(row._id) === current,
        lastUsedAt: row.lastUsedAt.toISOString(),
        timestamp: row.timestamp.toISOString(),
      }));
    },
    async revoke(userId, deviceId) {
      if ((await revokeWhere({ _id: deviceId, user: userId })).length === 0) throw notFound();
    },
    async revokeAll(userId, except) {
      await revokeWhere({
        user: userId,
        ...(except === undefined ? {} : { _id: trusted({ $ne: except }) }),
      });
    },
    async active(deviceIds) {
      const rows = await devices
        .find({ _id: trusted({ $in: deviceIds.map(toObjectId) }), revokedAt: null }, { _id: 1 })
        .lean();
      return new Set(rows.map((row) => String(row._id)));
    },
  };
}
