import type { Feature } from '../feature.ts';
import { Typing } from './typing.service.ts';

/** Tells members of a conversation who is writing. */
export const typing: Feature = ({ access, clock, events, sockets }) => {
  const service = new Typing({ access, clock, notifier: sockets });

  sockets.command('typing:start', async ({ conversationId }, caller) => {
    await service.start(conversationId, caller);
    return {};
  });
  sockets.command('typing:stop', async ({ conversationId }, caller) => {
    await access.require(caller.userId, conversationId, 'signal');
    service.stop(conversationId, caller.userId);
    return {};
  });
  events.on('message:created', ({ message }) =>
    service.stop(message.conversationId, message.sender),
  );
  events.on('member:removed', ({ conversationId, userId }) => service.stop(conversationId, userId));
  events.on('socket:closed', ({ socketId }) => service.disconnected(socketId));

  return {
    async stop() {
      service.close();
    },
  };
};
