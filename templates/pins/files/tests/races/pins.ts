import type { NoRace, Race } from '../support/races/table.ts';

const moderator = ['removal', 'archiving', 'erasure', 'demotion'] as const;

/** Pins around the end of the right to them. */
export const races: readonly (Race | NoRace)[] = [
  { of: 'pinMessage', in: 'group', by: 'admin', around: moderator },
  { of: 'pinMessage', in: 'direct', by: 'member', around: ['block by the target'] },
  { of: 'unpinMessage', in: 'channel', by: 'admin', around: moderator },
  { of: 'message:pin', in: 'group', by: 'admin', around: moderator },
  { of: 'message:unpin', in: 'direct', by: 'member', around: ['block by the target'] },
];
