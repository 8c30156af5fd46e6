import { limits } from '../../../configs/limits.ts';

const { believedHeadAdvance, knownHeads } = limits.lane;

/** A conversation whose head another node moved. */
export type HeadMove = readonly [conversationId: string, seq: number];

/**
 * What this node knows of the highest `seq` of conversations. A head comes from an acknowledged
 * commit, from another node's word, or from a majority read; never from anything else, because after
 * a fail-over those numbers may be gone.
 */
export interface KnownHeads {
  /** The known heads; what is unknown is read, all at once. */
  of(conversationIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** After a commit that was acknowledged by a majority. */
  advance(conversationId: string, seq: number): void;
  /** Another node says so: believed when the old head is known and the new one not far above. */
  hear(moves: readonly HeadMove[]): void;
  forget(conversationIds: Iterable<string>): void;
  /** After every event of the topology: what was read or heard before may be stale. */
  forgetAll(): void;
}

/** Creates the knowledge of one node; `read` is the majority read of several heads. */
export function createKnownHeads(
  read: (conversationIds: readonly string[]) => Promise<ReadonlyMap<string, number>>,
): KnownHeads {
  const heads = new Map<string, number>();
  let epoch = 0;

  function set(conversationId: string, seq: number): void {
    heads.delete(conversationId); // so that the order of the map is the order of use
    heads.set(conversationId, seq);
    if (heads.size > knownHeads) heads.delete(heads.keys().next().value as string);
  }

  function advance(conversationId: string, seq: number): void {
    if (seq > (heads.get(conversationId) ?? 0)) set(conversationId, seq);
  }

  return {
    async of(conversationIds) {
      const unknown = conversationIds.filter((id) => !heads.has(id));
      const readAt = epoch;
      const found = unknown.length > 0 ? await read(unknown) : new Map<string, number>();
      const answer = new Map<string, number>();
      for (const id of conversationIds) {
        const seq = Math.max(heads.get(id) ?? 0, found.get(id) ?? 0);
        answer.set(id, seq);
        // What was read before everything was forgotten serves this once.
        if (readAt === epoch) set(id, seq);
      }
      return answer;
    },
    advance,
    hear(moves) {
      for (const [conversationId, seq] of moves) {
        const known = heads.get(conversationId);
        if (known === undefined || seq <= known) continue;
        if (seq - known <= believedHeadAdvance) set(conversationId, seq);
        else heads.delete(conversationId);
      }
    },
    forget(conversationIds) {
      for (const id of conversationIds) heads.delete(id);
    },
    forgetAll() {
      epoch += 1;
      heads.clear();
    },
  };
}
