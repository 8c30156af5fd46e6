import type { Place, Use } from '../support/uses.ts';

const input = ({ conversationId }: Place) => ({ conversationId });

/** Members only; a blocked member gets the same answer, and nobody hears of it. */
const answers = {
  group: '404 404 200 200 200',
  public: '403 403',
  channel: '200 200',
  direct: '404 200 200',
};

export const uses: readonly Use[] = [
  { of: 'typing:start', input, answers },
  { of: 'typing:stop', input, answers },
];
