import type { Feature } from '../../feature.ts';
import { createAnnouncements } from './announcements.ts';
import { createConnections, graceMs } from './connections.ts';
import { createLeases } from './leases.ts';
import { createWatching } from './watching.ts';

const beatMs = 10_000; // a third of a lease
const reviewMs = 60_000; // bounds what another node did and this one did not hear of
const doubtEvent = 'presence:doubt';

/**
 * Tells who is online. All state is in the database, so that any node can clear up after one that
 * died: 30 s after its last renewal its lease ends, 10 s later at most another node has seen it.
 */
export const presence: Feature = (context) => {
  const { events, log, models, sockets, timers } = context;
  const watching = createWatching(context);
  const leases = createLeases(models);
  const announcements = createAnnouncements(context, watching.tell);
  const connections = createConnections(context, leases.own, announcements);
  let wasAway = false;
  let beating: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    for (const dead of await leases.dead(await connections.nodes())) {
      if (!(await leases.win(dead))) continue;
      await connections.clear(dead.node);
      await leases.remove(dead.node);
    }
    await connections.flush();
  }

  async function beat(): Promise<void> {
    if (!(await leases.renew())) connections.rewrite();
    await connections.flush();
    // After an outage of the database all leases have ended: the others get a turn to renew theirs.
    if (!wasAway) await sweep();
    wasAway = false;
  }

  function beatOnce(): void {
    beating ??= beat()
      .catch((error: unknown) => {
        wasAway = true;
        log.warn({ err: error }, 'the lease of this node may end');
      })
      .finally(() => (beating = undefined));
  }

  /** Here at once, on other nodes when they hear of it. */
  function doubt(userIds: readonly string[]): void {
    watching.doubt(userIds);
    sockets.cluster.tell(doubtEvent, userIds);
  }

  sockets.command('presence:subscribe', 'sync', async ({ userIds }, caller) => ({
    presences: await watching.subscribe(userIds, caller),
  }));
  sockets.command('presence:unsubscribe', 'sync', async ({ userIds }, { socketId }) => {
    watching.unsubscribe(userIds, socketId);
    return { presences: [] };
  });
  sockets.cluster.hear(doubtEvent, (userIds) => watching.doubt(userIds as string[]));
  events.hear('member:removed', ({ userId }) => doubt([userId]));
  events.hear('user:blocked', ({ userId, blockedId }) => doubt([userId, blockedId]));
  events.hear('socket:opened', ({ userId, socketId }) => {
    watching.opened(userId, socketId);
    connections.opened(userId, socketId);
  });
  events.hear('socket:closed', ({ socketId }) => {
    watching.closed(socketId);
    connections.closed(socketId);
  });

  let ends: (() => void)[] = [];
  return {
    async start() {
      await leases.renew();
      await sweep();
      ends = [timers.every(beatMs, beatOnce), timers.every(reviewMs, watching.doubtAll)];
    },
    async stop() {
      ends.forEach((end) => end());
      await beating;
      await connections.stop();
      // Its clients come back to other nodes; those that do not are offline after the time of grace.
      await leases.end(graceMs).catch((error: unknown) => {
        log.warn({ err: error }, 'the lease of this node ends by itself');
      });
    },
  };
};
