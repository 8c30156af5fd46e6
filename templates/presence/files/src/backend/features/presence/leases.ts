import type { Types } from 'mongoose';
import type { FeatureContext } from '../../feature.ts';
import { duplicateKeyOf } from '../../shared/duplicate-key.ts';
import { newId } from '../../shared/ids.ts';

/** Without renewal a node counts as dead after this time, in milliseconds. */
const leaseMs = 30_000;

/** A node that does not live, as it was seen. */
interface DeadNode {
  readonly node: Types.ObjectId;
  /** Null where it has no row. */
  readonly expiresAt: Date | null;
}

/** Who lives: a row a node, by the clock of the database, because clocks of nodes differ. */
export interface Leases {
  /** The name under which the connections of this node are stored. */
  own(): Types.ObjectId;
  /** Lives on; false when the node has a new name, at the start and after it was taken for dead. */
  renew(): Promise<boolean>;
  /** Lets the lease end so many milliseconds from now. */
  end(inMs: number): Promise<void>;
  /** Those of the nodes that do not live. */
  dead(nodes: readonly Types.ObjectId[]): Promise<DeadNode[]>;
  /** Whether this node is the one that clears up after a dead one; it has a lease's time for it. */
  win(dead: DeadNode): Promise<boolean>;
  remove(node: Types.ObjectId): Promise<void>;
}

/** Creates the leases as one node sees them. */
export function createLeases({ nodes }: Pick<FeatureContext['models'], 'nodes'>): Leases {
  // The driver's own collection: Mongoose would cast what the database is to compute.
  const { collection } = nodes;
  let own = newId();
  let isKnown = false;

  const lease = (ms: number, isSwept: boolean) => [
    { $set: { expiresAt: { $add: ['$$NOW', ms] }, isSwept } },
  ];

  return {
    own: () => own,
    async renew() {
      if (isKnown) {
        const mine = { _id: own, isSwept: false };
        const { matchedCount } = await collection.updateOne(mine, lease(leaseMs, false));
        if (matchedCount > 0) return true;
        // Whoever clears up goes by the old name: under a new one nothing of ours is touched.
        own = newId();
        isKnown = false;
      }
      await collection.updateOne({ _id: own }, lease(leaseMs, false), { upsert: true });
      isKnown = true;
      return false;
    },
    async end(inMs) {
      await collection.updateOne({ _id: own, isSwept: false }, lease(inMs, false));
    },
    async dead(among) {
      const isExpired = { $lte: ['$expiresAt', '$$NOW'] };
      const rows = await collection
        .find({ _id: { $in: [...among] } }, { projection: { expiresAt: 1, isExpired } })
        .toArray();
      const known = new Map(rows.map((row) => [String(row._id), row]));
      return among
        .filter((node) => known.get(String(node))?.['isExpired'] !== false)
        .map((node) => ({ node, expiresAt: known.get(String(node))?.['expiresAt'] ?? null }));
    },
    async win({ node, expiresAt }) {
      try {
        // The row is taken over as it was seen, or made; any other one is in the way of the upsert.
        const seen = { _id: node, expiresAt };
        await collection.updateOne(seen, lease(leaseMs, true), { upsert: true });
        return true;
      } catch (error) {
        if (duplicateKeyOf(error) === undefined) throw error;
        return false;
      }
    },
    async remove(node) {
      await collection.deleteOne({ _id: node, isSwept: true });
    },
  };
}
