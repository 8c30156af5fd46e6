import type { Types } from 'mongoose';
import type { FeatureContext } from '../feature.ts';
import { duplicateKeyOf } from '../../platform/errors/database-errors.ts';
import { newId } from '../../platform/database/ids.ts';

/** Without renewal a node counts as dead after this time, in milliseconds. */
const leaseMs = 30_000;

/** A node whose lease has expired, as it was read. */
interface DeadNode {
  readonly node: Types.ObjectId;
  /** Null where it has no row. */
  readonly expiresAt: Date | null;
}

/**
 * Which nodes are alive, as one node sees them: a row for each, by the clock of the database, because
 * clocks of nodes differ.
 */
export class Leases {
  readonly #rows: FeatureContext['models']['nodes']['collection'];
  #own = newId();
  #isKnown = false;

  constructor({ nodes }: Pick<FeatureContext['models'], 'nodes'>) {
    // The driver's own collection: Mongoose would cast what the database is to compute.
    this.#rows = nodes.collection;
  }

  /** The name under which the connections of this node are stored. */
  get own(): Types.ObjectId {
    return this.#own;
  }

  /**
   * Renews the lease; false when the node has a new name, at the start and after it was taken for
   * dead.
   */
  async renew(): Promise<boolean> {
    if (this.#isKnown) {
      const mine = { _id: this.#own, isSwept: false };
      const { matchedCount } = await this.#rows.updateOne(mine, lease(leaseMs, false));
      if (matchedCount > 0) return true;
      // Whoever cleans up goes by the old name: under a new one nothing of ours is touched.
      this.#own = newId();
      this.#isKnown = false;
    }
    await this.#rows.updateOne({ _id: this.#own }, lease(leaseMs, false), { upsert: true });
    this.#isKnown = true;
    return false;
  }

  /** Lets the lease expire so many milliseconds from now. */
  async end(inMs: number): Promise<void> {
    await this.#rows.updateOne({ _id: this.#own, isSwept: false }, lease(inMs, false));
  }

  /** Those of the nodes that are dead. */
  async dead(among: readonly Types.ObjectId[]): Promise<DeadNode[]> {
    const isExpired = { $lte: ['$expiresAt', '$$NOW'] };
    const rows = await this.#rows
      .find({ _id: { $in: [...among] } }, { projection: { expiresAt: 1, isExpired } })
      .toArray();
    const known = new Map(rows.map((row) => [String(row._id), row]));
    return among
      .filter((node) => known.get(String(node))?.['isExpired'] !== false)
      .map((node) => ({ node, expiresAt: known.get(String(node))?.['expiresAt'] ?? null }));
  }

  /** Whether this node is the one that cleans up after a dead one; it has a lease's time for it. */
  async claim({ node, expiresAt }: DeadNode): Promise<boolean> {
    try {
      // The row is taken over as it was seen, or made; any other state makes the upsert fail.
      const seen = { _id: node, expiresAt };
      await this.#rows.updateOne(seen, lease(leaseMs, true), { upsert: true });
      return true;
    } catch (error) {
      if (duplicateKeyOf(error) === undefined) throw error;
      return false;
    }
  }

  async remove(node: Types.ObjectId): Promise<void> {
    await this.#rows.deleteOne({ _id: node, isSwept: true });
  }
}

const lease = (ms: number, isSwept: boolean) => [
  { $set: { expiresAt: { $add: ['$$NOW', ms] }, isSwept } },
];
