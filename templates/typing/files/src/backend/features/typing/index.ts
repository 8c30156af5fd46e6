import type { Feature } from '../../feature.ts';
import { createTyping } from './typing.service.ts';

/** Tells members of a conversation who is writing. */
export const typing: Feature = ({ access, clock, events, sockets }) => {
  const service = createTyping({ access, clock, notifier: sockets });

  sockets.command('typing:start', 'typing', async ({ conversationId }, caller) => {
    await service.start(conversationId, caller);
    return {};
  });
  sockets.command('typing:stop', 'typing', async ({ conversationId }, caller) => {
    await access.room(caller.userId, conversationId, 'signal');
    service.stop(conversationId, caller.userId);
    return {};
  });
  events.hear('message:created', ({ message }) =>
    service.stop(message.conversationId, message.sender),
  );
  events.hear('member:removed', ({ conversationId, userId }) =>
    service.stop(conversationId, userId),
  );
  events.hear('socket:closed', ({ socketId }) => service.disconnected(socketId));

  return {
    async stop() {
      service.close();
    },
  };
};
