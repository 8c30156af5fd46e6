import { limits } from '../../configs/limits.ts';
import type { ConnectReads, Heads, OwnMembership } from './hub.ts';

/** The reads of one connect, shared with the connects that come within a few milliseconds. */
interface ReadBatch {
  membershipsOf(userId: string): Promise<readonly OwnMembership[]>;
  isSignedIn(deviceId: string): Promise<boolean>;
  headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
}

/** Creates the batching of one node: a storm of connects costs a few queries a batch. */
export function createReadBatch(reads: () => ConnectReads): ReadBatch {
  const memberships = createBatch((userIds) => reads().membershipsOf(userIds));
  const devices = createBatch(async (deviceIds) => {
    const active = await reads().activeDevices(deviceIds);
    return new Map(deviceIds.map((id) => [id, active.has(id)]));
  });
  const heads = createBatch((conversationIds) => reads().headsOf(conversationIds));
  return {
    membershipsOf: async (userId) => (await memberships([userId])).get(userId) ?? [],
    isSignedIn: async (deviceId) => (await devices([deviceId])).get(deviceId) ?? false,
    headsOf: (conversationIds) => heads(conversationIds),
  };
}

/** Joins the keys of all calls within the window into one load. */
function createBatch<Value>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>> {
  let waiting: { keys: Set<string>; answer: Promise<ReadonlyMap<string, Value>> } | undefined;

  return (keys) => {
    if (waiting === undefined) {
      const batch = { keys: new Set<string>(), answer: undefined as never };
      const answer = new Promise<void>((resolve) =>
        setTimeout(resolve, limits.socket.handshakeBatchMs),
      ).then(() => {
        waiting = undefined;
        return load([...batch.keys]);
      });
      waiting = { ...batch, answer };
    }
    for (const key of keys) waiting.keys.add(key);
    return waiting.answer;
  };
}
