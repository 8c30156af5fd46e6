import type { NoRace, Race } from '../support/races/table.ts';

const decided = 'features/auth decides by the row of the user or the device that it writes';

/** What somebody does to themselves and to others, while their account ends. */
export const races: readonly (Race | NoRace)[] = [
  { of: 'updateMe', in: 'group', by: 'member', around: ['erasure'] },
  { of: 'blockUser', in: 'group', by: 'member', around: ['erasure'] },
  { of: 'unblockUser', in: 'group', by: 'member', around: ['erasure'] },
  { of: 'register', because: 'nobody has a right yet' },
  { of: 'login', because: decided },
  { of: 'refresh', because: decided },
  { of: 'auth:refresh', because: 'it stores nothing' },
  { of: 'logout', because: 'it only ends something of its own' },
  { of: 'changePassword', because: decided },
  { of: 'revokeDevice', because: 'it only ends something of its own' },
  { of: 'revokeOtherDevices', because: 'it only ends something of its own' },
];
