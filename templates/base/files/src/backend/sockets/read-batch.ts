import { createBatch, inStorms } from '../shared/batch.ts';
import type { ConnectReads, Heads, OwnMembership } from './hub.ts';

/** The reads of one connect, shared with others that wait for theirs. */
interface ReadBatch {
  membershipsOf(userId: string): Promise<readonly OwnMembership[]>;
  isSignedIn(deviceId: string): Promise<boolean>;
  headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
}

/** Creates the batching of one node: a storm of connects costs a few queries a batch. */
export function createReadBatch(reads: () => ConnectReads): ReadBatch {
  const memberships = createBatch((userIds) => reads().membershipsOf(userIds), inStorms);
  const devices = createBatch(async (deviceIds) => {
    const active = await reads().activeDevices(deviceIds);
    return new Map(deviceIds.map((id) => [id, active.has(id)]));
  }, inStorms);
  const heads = createBatch((conversationIds) => reads().headsOf(conversationIds), inStorms);
  return {
    membershipsOf: async (userId) => (await memberships([userId])).get(userId) ?? [],
    isSignedIn: async (deviceId) => (await devices([deviceId])).get(deviceId) ?? false,
    headsOf: (conversationIds) => heads(conversationIds),
  };
}
