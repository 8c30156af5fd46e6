import type { Use } from '../support/uses.ts';

const user = ({ outsiderId }: { readonly outsiderId: string }) => ({
  params: { userId: outsiderId },
});

/** Other people: whoever is signed in may find them. */
export const uses: readonly Use[] = [
  {
    of: 'searchUsers',
    input: () => ({ query: { prefix: 'user', limit: '5' } }),
    answers: { signedIn: 200 },
  },
  { of: 'getUser', input: user, answers: { signedIn: 200 } },
  { of: 'blockUser', input: user, answers: { signedIn: 204 } },
  { of: 'unblockUser', input: user, answers: { signedIn: 204 } },
  { of: 'openDirect', input: user, answers: { signedIn: 201 } },
  {
    of: 'createConversation',
    input: ({ outsiderId }) => ({
      body: { type: 'group', name: 'A new group', visibility: 'private', members: [outsiderId] },
    }),
    answers: { signedIn: 201 },
  },
];
