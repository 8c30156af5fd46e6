import type { NoRace, Race } from '../support/races/table.ts';

// An archived conversation nobody sees, so that a mark in it is none.
const around = ['removal', 'erasure'] as const;

/** How far somebody has read, while they lose the conversation. */
export const races: readonly (Race | NoRace)[] = [
  { of: 'markRead', in: 'group', by: 'member', around },
  { of: 'receipt:read', in: 'group', by: 'member', around },
  { of: 'receipt:delivered', in: 'group', by: 'member', around },
];
