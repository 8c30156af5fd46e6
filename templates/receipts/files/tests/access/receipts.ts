import type { Place, Use } from '../support/uses.ts';

const input = ({ conversationId }: Place) => ({ conversationId, seq: 1 });

/** Members only; a blocked member marks for themselves, and nobody hears of it. */
const answers = {
  group: '404 404 200 200 200',
  public: '403 403',
  channel: '200 200',
  direct: '404 200 200',
};

export const uses: readonly Use[] = [
  {
    of: 'markRead',
    input: ({ conversationId }) => ({ params: { conversationId }, body: { seq: 1 } }),
    answers,
  },
  { of: 'receipt:read', input, answers },
  { of: 'receipt:delivered', input, answers },
];
