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

/** Numbers from 0 to 1 that the seed decides (mulberry32). */
export function createRandom(from: number = seed): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
