import { trusted, type ClientSession, type Types } from 'mongoose';
import type { Logger } from 'pino';
import { limits } from '../../configs/limits.ts';
import type { DeviceView } from '../../contract/auth.ts';
import type { OpenModels } from '../../models/index.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { newId, toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import type { RoomApi } from '../../platform/sockets/socket-api.ts';
import type { RefreshClaim, RefreshTokens } from '../../platform/security/refresh-tokens.ts';

const { token } = limits;
const projection = { user: 1 } as const;

/** A sign-in as its owner gets it: its current refresh token with its end. */
export interface IssuedRefresh {
  readonly deviceId: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  /** The name of its device in tokens of known devices. */
  readonly knownAs: string;
}

/** What a refresh token is made of. */
interface Issuable {
  readonly _id: Types.ObjectId;
  readonly generation: number;
  readonly expiresAt: Date;
  readonly knownAs?: Types.ObjectId | null;
}

/** A device on which somebody signs in. */
interface NewDevice {
  readonly label: string | null;
  readonly address: string;
  readonly amr: string[];
  readonly knownAs?: string | undefined;
}

/** What says whether a device is signed in, and whose it is. */
interface SignedIn {
  readonly _id: Types.ObjectId;
  readonly user: Types.ObjectId;
  readonly revokedAt: Date | null;
}

interface Ports {
  readonly models: OpenModels;
  readonly clock: Clock;
  readonly refreshTokens: RefreshTokens;
  readonly sockets: Pick<RoomApi, 'closeDevice'>;
}

/** The sign-ins of users. */
export class Devices {
  readonly #ports: Ports;
  readonly #devices: OpenModels['devices'];

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#devices = ports.models.devices;
  }

  /** Stores a sign-in; for `SignIns` alone, which says whether there may be one. */
  async add(userId: string, device: NewDevice, session: ClientSession): Promise<IssuedRefresh> {
    const { label, address, amr, knownAs } = device;
    const now = this.#ports.clock.now();
    const _id = newId();
    const row = {
      _id,
      user: toObjectId(userId),
      generation: 1,
      rotatedAt: now,
      label,
      amr,
      knownAs: knownAs === undefined ? _id : toObjectId(knownAs),
      ip: address,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + token.refreshAbsoluteSeconds * 1_000),
      revokedAt: null,
      timestamp: now,
    };
    await this.#devices.create([row], { session });
    return this.#issue(row);
  }

  /** Above the maximum the sign-in that was used least recently ends. */
  async keepToCap(userId: string): Promise<void> {
    const old = await this.#devices
      .find({ user: userId, revokedAt: null }, { _id: 1 })
      .sort({ lastUsedAt: -1 })
      .skip(limits.account.devices) // bounded by the maximum itself
      .lean();
    if (old.length > 0)
      await this.#revokeWhere({ _id: trusted({ $in: old.map((row) => row._id) }) });
  }

  /**
   * Spends a refresh token. The one before the current, within the grace time and while its
   * successor is unused, gives the same successor: a lost answer is not a theft. Anything older
   * ends the sign-in. @throws AppError `unauthenticated`
   */
  async rotate(
    { deviceId, generation }: RefreshClaim,
    log: Logger,
  ): Promise<IssuedRefresh & { readonly userId: string }> {
    const now = this.#ports.clock.now();
    const before = (ms: number): object => trusted({ $gt: new Date(now.getTime() - ms) });
    const alive = { _id: deviceId, revokedAt: null, expiresAt: trusted({ $gt: now }) };
    const idle = before(token.refreshIdleSeconds * 1_000);
    const rotated = await this.#devices
      .findOneAndUpdate(
        { ...alive, rotatedAt: idle, generation },
        { $inc: { generation: 1 }, $set: { rotatedAt: now, lastUsedAt: now } },
        { returnDocument: 'after' },
      )
      .lean();
    const successor = { generation: generation + 1, rotatedAt: before(token.refreshGraceMs) };
    const row = rotated ?? (await this.#devices.findOne({ ...alive, ...successor }).lean());
    if (row !== null) return { ...this.#issue(row), userId: String(row.user) };
    const spent = { _id: deviceId, generation: trusted({ $gt: generation }) };
    const reused = await this.#revokeWhere(spent);
    if (reused.length > 0)
      log.warn({ event: 'authn_token_reuse', device: deviceId }, 'refresh token reused');
    throw new AppError('unauthenticated');
  }

  async list(userId: string, current: string): Promise<DeviceView[]> {
    const now = this.#ports.clock.now();
    const rows = await this.#devices
      .find({ user: userId, revokedAt: null, expiresAt: trusted({ $gt: now }) })
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
  }

  /** Ends a sign-in; its sockets are closed when this resolves. @throws AppError `not-found` */
  async revoke(userId: string, deviceId: string): Promise<void> {
    const ended = await this.#revokeWhere({ _id: deviceId, user: userId });
    if (ended.length === 0) throw notFound();
  }

  /** Ends all sign-ins of a user, or all but one. */
  async revokeAll(userId: string, except?: string): Promise<void> {
    await this.#revokeWhere(except === undefined ? { user: userId } : allBut(userId, except));
  }

  /** Ends all sign-ins of a user but one, within a transaction; `close` them after it. */
  revokeAllIn(session: ClientSession, userId: string, except: string): Promise<readonly string[]> {
    return this.#markRevoked(allBut(userId, except), session);
  }

  /** Closes the sockets of ended sign-ins, on all nodes. */
  async close(deviceIds: readonly string[]): Promise<void> {
    await Promise.all(deviceIds.map((id) => this.#ports.sockets.closeDevice(id)));
  }

  /** Those that are still signed in. */
  async active(deviceIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set((await ownersOf(this.#ports.models, deviceIds)).keys());
  }

  async #revokeWhere(filter: object): Promise<readonly string[]> {
    const ids = await this.#markRevoked(filter);
    await this.close(ids);
    return ids;
  }

  async #markRevoked(filter: object, session?: ClientSession): Promise<readonly string[]> {
    const options = session === undefined ? {} : { session };
    const alive = { ...filter, revokedAt: null };
    const rows = await this.#devices.find(alive, { _id: 1 }, options).lean();
    const ids = rows.map((row) => row._id);
    const revoked = { $set: { revokedAt: this.#ports.clock.now() } };
    await this.#devices.updateMany({ _id: trusted({ $in: ids }) }, revoked, options);
    return ids.map(String);
  }

  #issue({ _id, generation, expiresAt, knownAs }: Issuable): IssuedRefresh {
    const { clock, refreshTokens } = this.#ports;
    const idleMs = token.refreshIdleSeconds * 1_000;
    return {
      deviceId: String(_id),
      refreshToken: refreshTokens.sign({ deviceId: String(_id), generation }),
      expiresAt: new Date(Math.min(expiresAt.getTime(), clock.now().getTime() + idleMs)),
      knownAs: String(knownAs ?? _id),
    };
  }
}

/** The users of those of the devices that are signed in; plain rows, as each connect asks for it. */
export async function ownersOf(
  { devices }: OpenModels,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await rowsOf<SignedIn>(devices)
    .find({ _id: { $in: deviceIds.map(toObjectId) }, revokedAt: null }, { ...read, projection })
    .toArray();
  return new Map(rows.map(({ _id, user }) => [_id.toHexString(), user.toHexString()]));
}

const allBut = (userId: string, except: string) => ({
  user: userId,
  _id: trusted({ $ne: except }),
});
