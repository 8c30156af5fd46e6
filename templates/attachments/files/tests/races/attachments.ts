import type { NoRace } from '../support/races/table.ts';

const because = 'an upload is its owner’s and in no conversation: sending it is a send';

export const races: readonly NoRace[] = [
  { of: 'createUpload', because },
  { of: 'completeUpload', because },
  { of: 'removeUpload', because },
];
