import { receiptRoutes } from '../../contract/receipts.ts';
import type { Feature } from '../feature.ts';
import { Receipts } from './receipts.service.ts';

/** Keeps how far each member has read, and tells the others. */
export const receipts: Feature = (context) => {
  const { access, api, events, history, models, readMarkers, sockets } = context;
  const service = new Receipts({
    access,
    history,
    memberships: models.memberships,
    notifier: sockets,
    readMarkers,
  });

  sockets.command('receipt:read', ({ conversationId, seq }, { userId }) =>
    service.mark('lastReadSeq', userId, conversationId, seq),
  );
  sockets.command('receipt:delivered', ({ conversationId, seq }, { userId }) =>
    service.mark('lastDeliveredSeq', userId, conversationId, seq),
  );
  api.route(receiptRoutes.markRead, async ({ params, body, caller }) => {
    return {
      200: await service.mark('lastReadSeq', caller.userId, params.conversationId, body.seq),
    };
  });
  events.on('member:removed', ({ conversationId, userId }) =>
    service.forget(conversationId, userId),
  );

  return {
    async stop() {
      service.close();
    },
  };
};
