import type { Place, Use } from '../support/uses.ts';

const input = ({ conversationId, otherMessageId }: Place) => ({
  conversationId,
  messageId: otherMessageId,
  key: '👍',
});
const params = (place: Place) => ({ params: { ...input(place), key: encodeURIComponent('👍') } });

const reading = {
  group: '404 404 200 200 200',
  public: '403 403',
  channel: '200 200',
  direct: '404 200 200',
};
/** Whoever may not send may not react. */
const reacting = { ...reading, channel: '403 200', direct: '404 200 403' };

export const uses: readonly Use[] = [
  { of: 'listReactions', input: (place) => ({ ...params(place), query: {} }), answers: reading },
  { of: 'addReaction', input: params, answers: reacting },
  { of: 'removeReaction', input: params, answers: reading },
  { of: 'reaction:add', input, answers: reacting },
  { of: 'reaction:remove', input, answers: reading },
];
