import { randomInt } from 'node:crypto';

const PROFILES = {
  smoke: { rounds: 3, acknowledged: 0, shortestMs: 1_000, longestMs: 3_000 },
  full: { rounds: 20, acknowledged: 100_000, shortestMs: 2_000, longestMs: 10_000 },
} as const;

export const isFull = process.env['FAULTS_PROFILE'] === 'full';

/** How often and how long: `npm run test:faults -- --profile smoke|full`. */
export const profile = PROFILES[isFull ? 'full' : 'smoke'];

/** Of this run; the same one makes the same choices. */
export const seed = Number(process.env['FAULTS_SEED'] ?? randomInt(2 ** 31));
