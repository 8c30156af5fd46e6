import type { Use } from '../support/uses.ts';

/** What is stored of a user: their own affair. */
export const uses: readonly Use[] = [
  {
    of: 'eraseMe',
    input: ({ asker }) => ({ body: { password: asker.password } }),
    answers: { signedIn: 204 },
  },
  { of: 'exportMe', input: () => ({ query: {} }), answers: { signedIn: 200 } },
];
