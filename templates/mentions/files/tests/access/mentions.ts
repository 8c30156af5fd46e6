import { randomUUID } from 'node:crypto';
import type { Place, Use } from '../support/uses.ts';

const params = ({ conversationId }: Place) => ({ conversationId });
const writing = {
  group: '404 404 201 201 201',
  public: '403 403',
  channel: '403 201',
  direct: '404 201 403',
};

export const uses: readonly Use[] = [
  {
    of: 'listMentionable',
    input: (place) => ({ params: params(place) }),
    answers: {
      group: '404 404 200 200 200',
      public: '403 403',
      channel: '200 200',
      direct: '404 200 200',
    },
  },
  {
    of: 'sendMessage',
    as: 'which names a member',
    input: (place) => ({
      params: params(place),
      body: { id: randomUUID(), content: 'hello', mentions: [place.targetId] },
    }),
    answers: writing,
  },
  {
    of: 'sendMessage',
    as: 'which names all',
    input: (place) => ({
      params: params(place),
      body: { id: randomUUID(), content: 'hello', mentionAll: 'all' },
    }),
    answers: { ...writing, direct: '404 403 403' },
  },
  {
    of: 'editMessage',
    as: 'which names a member from then on',
    input: ({ conversationId, ownMessageId, targetId }) => ({
      params: { conversationId, messageId: ownMessageId },
      body: { content: 'changed', mentions: [targetId] },
    }),
    answers: {
      group: '404 404 200 200 200',
      public: '404 404',
      channel: '403 200',
      direct: '404 200 403',
    },
  },
];
