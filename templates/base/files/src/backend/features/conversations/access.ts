import { limits } from '../../../configs/limits.ts';
import type { Models } from '../../../models/index.ts';
import type { Access, Need, Room } from '../../shared/access.ts';
import { AppError, notFound } from '../../shared/app-error.ts';
import type { Events } from '../../shared/events.ts';
import { createShortCache } from '../../shared/short-cache.ts';
import type { Cluster } from '../../sockets/hub.ts';
import { createAcquaintance } from './acquaintance.ts';
import { judge } from './rights.ts';
import { createRoomReads } from './room-reads.ts';

const cacheSize = 100_000;
const clusterEvent = 'access:forget';

/** One member of a conversation, a whole conversation, or everything. */
type Forgotten = readonly [conversationId?: string, userId?: string];

/** Creates the gate to conversations. */
export function createAccess(core: {
  readonly models: Models;
  readonly events: Events;
  readonly cluster: Cluster;
}): Access {
  const rooms = createShortCache<Room | null>(limits.conversation.membershipCacheMs, cacheSize);
  // What changes for a whole conversation gives it a new generation: the old keys just age away.
  const generations = new Map<string, number>();
  let latest = 0;
  let epoch = 0;
  const keyOf = (userId: string, conversationId: string): string =>
    `${conversationId} ${generations.get(conversationId) ?? 0} ${epoch} ${userId}`;

  const reads = createRoomReads(core.models);

  function forget([conversationId, userId]: Forgotten): void {
    if (conversationId === undefined) epoch += 1;
    else if (userId !== undefined) rooms.forget(keyOf(userId, conversationId));
    else {
      if (generations.size >= cacheSize) {
        generations.clear();
        epoch += 1;
      }
      generations.set(conversationId, (latest += 1));
    }
  }

  function forgetEverywhere(...what: Forgotten): Promise<void> {
    forget(what);
    return core.cluster.ask(clusterEvent, what);
  }

  core.cluster.hear(clusterEvent, (what) => forget(what as Forgotten));
  core.events.hear('user:blocked', () => void forgetEverywhere());

  return {
    room(userId, conversationId, need) {
      const key = keyOf(userId, conversationId);
      const room = rooms.get(
        key,
        () => reads.now(userId, conversationId),
        () => reads.soon(userId, conversationId),
      );
      return room instanceof Promise
        ? room.then((known) => assertRight(known, need))
        : assertRight(room, need);
    },
    acquainted: createAcquaintance(core.models),
    forget: forgetEverywhere,
  };
}

function assertRight(room: Room | null, need: Need): Room {
  if (room === null) throw notFound();
  const refusal = judge(room, need);
  if (refusal === 'not-found') throw notFound();
  if (refusal !== undefined) throw new AppError(refusal);
  return room;
}
