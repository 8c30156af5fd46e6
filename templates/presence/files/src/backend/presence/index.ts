import type { Feature } from '../feature.ts';
import { Presence } from './presence.service.ts';
import { Subscriptions } from './subscriptions.ts';

const invalidateEvent = 'presence:doubt'; // as in 0.1.0: nodes of both versions talk during an upgrade

/** Announces who is online. */
export const presence: Feature = (context) => {
  const { events, sockets } = context;
  const subscriptions = new Subscriptions(context);
  const service = new Presence(context, subscriptions);

  /** On this node at once, on the others when they get the event. */
  function invalidate(userIds: readonly string[]): void {
    subscriptions.invalidate(userIds);
    sockets.cluster.publish(invalidateEvent, userIds);
  }

  sockets.command('presence:subscribe', async ({ userIds }, caller) => ({
    presences: await subscriptions.subscribe(userIds, caller),
  }));
  sockets.command('presence:unsubscribe', async ({ userIds }, { socketId }) => {
    subscriptions.unsubscribe(userIds, socketId);
    return { presences: [] };
  });
  sockets.cluster.subscribe(invalidateEvent, (userIds) =>
    subscriptions.invalidate(userIds as string[]),
  );
  events.on('member:removed', ({ userId }) => invalidate([userId]));
  events.on('user:blocked', ({ userId, blockedId }) => invalidate([userId, blockedId]));
  events.on('socket:opened', ({ userId, socketId }) => service.opened(userId, socketId));
  events.on('socket:closed', ({ socketId }) => service.closed(socketId));
  return service;
};
