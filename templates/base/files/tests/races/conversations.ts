import type { NoRace, Race } from '../support/races/table.ts';

const moderating = ['removal', 'demotion', 'archiving', 'erasure'] as const;
const owning = ['demotion', 'archiving', 'erasure'] as const; // nobody removes an owner

/** What is done to conversations and their members, around the end of the right to it. */
export const races: readonly (Race | NoRace)[] = [
  {
    of: 'openDirect', // with the outsider
    finds: true,
    in: 'group',
    by: 'member',
    around: ['erasure', 'block by the outsider'],
  },
  {
    of: 'createConversation',
    in: 'group',
    by: 'member',
    around: ['erasure', 'block by the outsider'],
  },
  { of: 'updateConversation', as: 'its name', in: 'group', by: 'admin', around: moderating },
  { of: 'updateConversation', as: 'who can find it', in: 'group', by: 'owner', around: owning },
  { of: 'archiveConversation', in: 'group', by: 'owner', around: owning },
  {
    of: 'joinConversation',
    in: 'group',
    by: 'member',
    around: ['removal', 'archiving', 'erasure'],
  },
  { of: 'joinConversation', in: 'public', by: 'stranger', around: ['archiving', 'erasure'] },
  {
    of: 'changeNotifications',
    in: 'group',
    by: 'member',
    around: ['removal', 'archiving', 'erasure'],
  },
  {
    of: 'leaveConversation',
    in: 'group',
    by: 'member',
    around: ['removal', 'archiving', 'erasure'],
  },
  {
    of: 'addMember',
    as: 'a plain one',
    finds: true,
    in: 'channel',
    by: 'admin',
    around: [...moderating, 'block by the outsider'],
  },
  { of: 'addMember', as: 'an admin', finds: true, in: 'group', by: 'owner', around: owning },
  { of: 'changeRole', in: 'group', by: 'owner', around: owning },
  {
    of: 'changeRole', // of whoever asks, back to what they were
    in: 'group',
    by: 'owner',
    around: owning,
    input: ({ conversationId }, userId) => ({
      params: { conversationId, userId },
      body: { role: 'owner' },
    }),
  },
  { of: 'removeMember', as: 'a plain one', in: 'group', by: 'admin', around: moderating },
  { of: 'removeMember', as: 'an admin', in: 'group', by: 'owner', around: owning },
];
