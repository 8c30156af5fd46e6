import type { ClientSession, Types } from 'mongoose';
import type { Logger } from 'pino';
import type { OpenModels, UserRow } from '../../models/index.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Caller } from '../../platform/security/access-tokens.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { activeAt } from '../shared/credentials.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import type { Devices, IssuedRefresh } from './devices.service.ts';

/** Where a sign-in comes from. */
export interface Origin {
  readonly address: string;
  readonly deviceLabel?: string | undefined;
  /** The request's. */
  readonly log: Logger;
}

/** What somebody has proved. */
export interface Proof {
  /** That of the credentials that were checked, read with them. */
  readonly rev: number;
  /** How (RFC 8176). */
  readonly amr: readonly 'pwd'[];
  readonly origin: Origin;
  /** The device it is, where that is known. */
  readonly knownAs?: string | undefined;
}

/** A user as the database has them. */
export type StoredUser = UserRow & { readonly _id: Types.ObjectId };

/** A sign-in that is stored, with its user as they are then. */
interface OpenedSignIn {
  readonly user: StoredUser;
  readonly refresh: IssuedRefresh;
}

/**
 * The only way to sign in on a device, and to change the credentials. Both write to the row of the
 * user: a sign-in that was proved by an old password conflicts with the change and ends with it. To
 * read the hash again would not be enough: two transactions that only read what the other writes
 * both succeed.
 */
export class SignIns {
  readonly #models: OpenModels;
  readonly #clock: Clock;
  readonly #devices: Devices;

  constructor(ports: {
    readonly models: OpenModels;
    readonly clock: Clock;
    readonly devices: Devices;
  }) {
    this.#models = ports.models;
    this.#clock = ports.clock;
    this.#devices = ports.devices;
  }

  /**
   * Signs in on a new device. @throws AppError `unauthenticated` when what was proved no longer
   * holds
   */
  async open(userId: string, proof: Proof): Promise<OpenedSignIn> {
    const opened = await withTransaction(this.#models.users.db, async (session) => {
      const user = await this.#models.users
        .findOneAndUpdate(
          activeAt(userId, proof.rev),
          { $inc: { signIns: 1 } },
          { session, returnDocument: 'after' },
        )
        .lean();
      if (user === null) throw new AppError('unauthenticated');
      const { amr, knownAs, origin } = proof;
      const { address, deviceLabel: label = null } = origin;
      const device = { label, address, amr: [...amr], knownAs };
      return { user, refresh: await this.#devices.add(userId, device, session) };
    });
    await this.#devices.keepToCap(userId);
    return opened;
  }

  /**
   * Sets a new password and ends all other sign-ins; their sockets are closed when this resolves.
   *
   * @throws AppError `unauthenticated` when the password that was checked, or the sign-in, is no
   * longer valid
   */
  async changePassword(caller: Caller, rev: number, passwordHash: string): Promise<void> {
    const { userId, deviceId } = caller;
    const ended = await withTransaction(this.#models.users.db, async (session) => {
      const changed = await this.#models.users.updateOne(
        activeAt(userId, rev),
        { $set: { passwordHash }, $inc: { credentialsRev: 1 } },
        { session },
      );
      if (changed.matchedCount === 0 || !(await this.#touch(caller, session)))
        throw new AppError('unauthenticated');
      return this.#devices.revokeAllIn(session, userId, deviceId);
    });
    await this.#devices.close(ended);
  }

  /** Whether the caller is still signed in; written, so that whoever ends that sign-in conflicts. */
  async #touch({ userId, deviceId }: Caller, session: ClientSession): Promise<boolean> {
    const { matchedCount } = await this.#models.devices.updateOne(
      { _id: deviceId, user: userId, revokedAt: null },
      { $set: { lastUsedAt: this.#clock.now() } },
      { session },
    );
    return matchedCount === 1;
  }
}
