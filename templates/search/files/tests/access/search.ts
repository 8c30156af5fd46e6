import type { Use } from '../support/uses.ts';

export const uses: readonly Use[] = [
  {
    of: 'searchMessages',
    input: () => ({ query: { query: 'said' } }),
    answers: { signedIn: 200 },
  },
  {
    of: 'searchMessages',
    as: 'in one conversation',
    input: ({ conversationId }) => ({ query: { query: 'said', conversationId } }),
    answers: {
      group: '404 404 200 200 200',
      public: '403 403',
      channel: '200 200',
      direct: '404 200 200',
    },
  },
];
