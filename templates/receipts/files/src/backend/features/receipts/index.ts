import { receiptRoutes } from '../../../contract/receipts.ts';
import type { Feature } from '../../feature.ts';
import { createReceipts } from './receipts.service.ts';

/** Keeps how far each member has read, and tells the others. */
export const receipts: Feature = (context) => {
  const { access, api, events, history, limiters, models, readMarks, sockets } = context;
  const service = createReceipts({
    access,
    history,
    memberships: models.memberships,
    notifier: sockets,
    readMarks,
  });

  sockets.command('receipt:read', 'receipt', ({ conversationId, seq }, { userId }) =>
    service.mark('lastReadSeq', userId, conversationId, seq),
  );
  sockets.command('receipt:delivered', 'receipt', ({ conversationId, seq }, { userId }) =>
    service.mark('lastDeliveredSeq', userId, conversationId, seq),
  );
  api.route(receiptRoutes.markRead, async ({ params, body, caller }) => {
    limiters.take('receipt', caller.userId);
    return {
      200: await service.mark('lastReadSeq', caller.userId, params.conversationId, body.seq),
    };
  });
  events.hear('member:removed', ({ conversationId, userId }) =>
    service.forget(conversationId, userId),
  );

  return {
    async stop() {
      service.close();
    },
  };
};
