import type { Place, Use } from '../support/uses.ts';

const input = ({ conversationId, otherMessageId }: Place) => ({
  conversationId,
  messageId: otherMessageId,
});
const params = (place: Place) => ({ params: input(place) });

const reading = {
  group: '404 404 200 200 200',
  public: '403 403',
  channel: '200 200',
  direct: '404 200 200',
};
const pinning = {
  group: '404 404 403 200 200',
  public: '403 403',
  channel: '403 200',
  direct: '404 200 403',
};

export const uses: readonly Use[] = [
  {
    of: 'listPins',
    input: ({ conversationId }) => ({ params: { conversationId } }),
    answers: reading,
  },
  { of: 'pinMessage', input: params, answers: pinning },
  { of: 'unpinMessage', input: params, answers: pinning },
  { of: 'message:pin', input, answers: pinning },
  { of: 'message:unpin', input, answers: pinning },
];
