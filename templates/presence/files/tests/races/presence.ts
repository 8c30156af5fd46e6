import type { NoRace } from '../support/races/table.ts';

const because = 'it stores nothing; whom it shows is looked up';

export const races: readonly NoRace[] = [
  { of: 'presence:subscribe', because },
  { of: 'presence:unsubscribe', because },
];
