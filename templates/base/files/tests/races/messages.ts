import type { NoRace, Race } from '../support/races/table.ts';

const member = ['removal', 'archiving', 'erasure'] as const;
const moderator = [...member, 'demotion'] as const;
const isCached = true;

/** What is done to messages, around the end of the right to it. */
export const races: readonly (Race | NoRace)[] = [
  { of: 'sendMessage', in: 'group', by: 'member', around: member, isCached },
  { of: 'sendMessage', in: 'channel', by: 'admin', around: ['demotion'], isCached },
  { of: 'sendMessage', in: 'direct', by: 'member', around: ['block by the target'], isCached },
  { of: 'message:send', in: 'group', by: 'member', around: member, isCached },
  { of: 'message:send', in: 'direct', by: 'member', around: ['block by the target'], isCached },
  { of: 'editMessage', as: 'one of their own', in: 'group', by: 'member', around: member },
  { of: 'editMessage', as: 'one of their own', in: 'channel', by: 'admin', around: ['demotion'] },
  {
    of: 'editMessage',
    as: 'one of their own',
    in: 'direct',
    by: 'member',
    around: ['block by the target'],
  },
  { of: 'message:edit', as: 'one of their own', in: 'group', by: 'member', around: member },
  {
    of: 'message:edit',
    as: 'one of their own',
    in: 'direct',
    by: 'member',
    around: ['block by the target'],
  },
  { of: 'deleteMessage', as: 'one of their own', in: 'group', by: 'member', around: member },
  { of: 'deleteMessage', as: "another's", in: 'group', by: 'admin', around: moderator },
  { of: 'message:delete', as: 'one of their own', in: 'group', by: 'member', around: member },
  { of: 'message:delete', as: "another's", in: 'channel', by: 'admin', around: moderator },
  { of: 'conversation:sync', because: 'it reads' },
  { of: 'conversation:heads', because: 'it reads' },
];
