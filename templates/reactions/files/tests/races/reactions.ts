import type { NoRace, Race } from '../support/races/table.ts';

const member = ['removal', 'archiving', 'erasure'] as const;

/** Reactions around the end of the right to them. */
export const races: readonly (Race | NoRace)[] = [
  { of: 'addReaction', in: 'group', by: 'member', around: member },
  { of: 'addReaction', in: 'channel', by: 'admin', around: ['demotion'] },
  { of: 'addReaction', in: 'direct', by: 'member', around: ['block by the target'] },
  { of: 'removeReaction', in: 'group', by: 'member', around: member },
  { of: 'reaction:add', in: 'group', by: 'member', around: member },
  { of: 'reaction:add', in: 'direct', by: 'member', around: ['block by the target'] },
  { of: 'reaction:remove', in: 'group', by: 'member', around: member },
];
