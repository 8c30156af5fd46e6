import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';
import { maxFactor } from '../rate-limits/limiters.ts';
import { OpenCounts } from '../rate-limits/open-counts.ts';

const { socket: limit } = limits;

/** How many sockets one node serves: of a user, of an address, and of all. */
export class ConnectionLimits {
  readonly #users: OpenCounts;
  readonly #addresses: OpenCounts;
  readonly #node: OpenCounts;

  constructor(rateFactor: number) {
    const factor = maxFactor(rateFactor);
    this.#users = new OpenCounts(limit.perUser * factor);
    this.#addresses = new OpenCounts(limit.perAddress * factor);
    this.#node = new OpenCounts(limit.total * factor);
  }

  /**
   * Admits a socket; returns the function that releases it, which does so once.
   *
   * @throws AppError `too-many-connections`
   */
  acquire(userId: string, address: string): () => void {
    const counts = [
      [this.#users, userId, 'This user has as many sockets as one may have: close one'],
      [this.#addresses, address, 'There are as many sockets of this address as it may have'],
      [this.#node, '', 'This node has as many sockets as it can serve: try again later'],
    ] as const;
    for (const [open, key, detail] of counts)
      if (!open.fits(key)) throw new AppError('too-many-connections', { detail });
    for (const [open, key] of counts) open.enter(key);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      for (const [open, key] of counts) open.leave(key);
    };
  }
}
