import { passwordOf } from '../support/accounts.ts';
import { as, type Ends } from '../support/races/changes.ts';
import type { NoRace } from '../support/races/table.ts';

/** The end of an account ends every right of its user. */
export const ends: Ends = {
  erasure: {
    start: (app, { asker }) =>
      as(asker, app, 'DELETE', '/users/me', { password: passwordOf(asker.username) }),
    isIn: ({ id, fields }, { asker }) => id === asker.id && fields['status'] === 'erased',
  },
};

export const races: readonly NoRace[] = [
  { of: 'eraseMe', because: 'it is one of the changes, and to be erased twice changes nothing' },
];
