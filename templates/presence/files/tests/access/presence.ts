import type { Place, Use } from '../support/uses.ts';

const input = ({ targetId }: Place) => ({ userIds: [targetId] });

/** Everybody gets an answer; of whom one may not know, it says nothing. */
const answers = { signedIn: 200 };

export const uses: readonly Use[] = [
  { of: 'presence:subscribe', input, answers },
  { of: 'presence:unsubscribe', input, answers },
];
