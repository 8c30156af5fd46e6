import { randomUUID } from 'node:crypto';
import type { Place, Use } from '../support/uses.ts';

const reading = {
  group: '404 404 200 200 200',
  public: '403 403',
  channel: '200 200',
  direct: '404 200 200',
};
const reply = ({ otherMessageId }: Place) => ({
  id: randomUUID(),
  content: 'a reply',
  replyTo: otherMessageId,
  threadOf: otherMessageId,
});

export const uses: readonly Use[] = [
  {
    of: 'getThread',
    input: ({ conversationId, otherMessageId }) => ({
      params: { conversationId, messageId: otherMessageId },
    }),
    answers: reading,
  },
  {
    of: 'listThreads',
    input: ({ conversationId }) => ({ params: { conversationId } }),
    answers: reading,
  },
  {
    of: 'sendMessage',
    as: 'a reply',
    input: (place) => ({ params: { conversationId: place.conversationId }, body: reply(place) }),
    answers: {
      group: '404 404 201 201 201',
      public: '403 403',
      channel: '403 201',
      direct: '404 201 403',
    },
  },
  {
    of: 'message:send',
    as: 'a reply',
    input: (place) => ({ conversationId: place.conversationId, ...reply(place) }),
    answers: {
      group: '404 404 200 200 200',
      public: '403 403',
      channel: '403 200',
      direct: '404 200 403',
    },
  },
];
