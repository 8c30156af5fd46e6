import type { NoRace, Race } from '../support/races/table.ts';

const around = ['removal', 'archiving', 'erasure'] as const;
const isCached = true;

/** Who is writing, while they lose the conversation. */
export const races: readonly (Race | NoRace)[] = [
  { of: 'typing:start', in: 'group', by: 'member', around, isCached },
  { of: 'typing:stop', in: 'group', by: 'member', around, isCached },
];
