import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../configs/limits.ts';
import { createBatch } from '../shared/batch.ts';
import type { ConnectReads, Heads, OwnMembership } from './hub.ts';

/** The reads of one connect, shared with the connects that come within a few milliseconds. */
interface ReadBatch {
  membershipsOf(userId: string): Promise<readonly OwnMembership[]>;
  isSignedIn(deviceId: string): Promise<boolean>;
  headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
}

const window = (): Promise<void> => sleep(limits.socket.handshakeBatchMs);

/** Creates the batching of one node: a storm of connects costs a few queries a batch. */
export function createReadBatch(reads: () => ConnectReads): ReadBatch {
  const memberships = createBatch((userIds) => reads().membershipsOf(userIds), window);
  const devices = createBatch(async (deviceIds) => {
    const active = await reads().activeDevices(deviceIds);
    return new Map(deviceIds.map((id) => [id, active.has(id)]));
  }, window);
  const heads = createBatch((conversationIds) => reads().headsOf(conversationIds), window);
  return {
    membershipsOf: async (userId) => (await memberships([userId])).get(userId) ?? [],
    isSignedIn: async (deviceId) => (await devices([deviceId])).get(deviceId) ?? false,
    headsOf: (conversationIds) => heads(conversationIds),
  };
}
