import { pinRoutes } from '../../contract/pins.ts';
import type { ChangeTarget } from '../../platform/log/types.ts';
import type { Feature } from '../feature.ts';
import { pinning, wherePinned } from './pinning.ts';

/** Messages that a conversation keeps at hand. */
export const pins: Feature = ({ access, api, clock, messages, sockets }) => {
  messages.extend({
    fields: { pinned: ({ by, at }) => ({ by: by.toHexString(), at: at.toISOString() }) },
  });
  const change = messages.change(pinning(clock));

  async function pin(place: Omit<ChangeTarget, 'userId'>, userId: string, isPinned: boolean) {
    await access.require(userId, place.conversationId, 'pin');
    return { message: await change({ ...place, userId, isPinned }) };
  }

  sockets.command('message:pin', (place, { userId }) => pin(place, userId, true));
  sockets.command('message:unpin', (place, { userId }) => pin(place, userId, false));
  api.route(pinRoutes.pinMessage, async ({ params, caller }) => ({
    200: await pin(params, caller.userId, true),
  }));
  api.route(pinRoutes.unpinMessage, async ({ params, caller }) => ({
    200: await pin(params, caller.userId, false),
  }));
  api.route(pinRoutes.listPins, async ({ params, caller }) => {
    await access.require(caller.userId, params.conversationId, 'read');
    const items = await messages.get(caller.userId, params.conversationId, wherePinned);
    return { 200: { items: [...items] } };
  });
  return {};
};
