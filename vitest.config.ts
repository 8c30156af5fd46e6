import { defineConfig } from 'vitest/config';

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;

/** One project a folder of tests, each with the time that its tests may take. */
const project = (name: string, testTimeout: number, globalSetup: string[] = [], more = {}) => ({
  test: {
    name,
    globalSetup,
    include: [`tests/${name}/**/*.test.ts`],
    pool: 'forks' as const,
    testTimeout,
    hookTimeout: Math.max(testTimeout, MINUTES),
    ...more,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 10 * SECONDS),
      project('templates', 15 * MINUTES),
      project('cli', MINUTES),
      project('generated', 15 * MINUTES, ['tests/support/generate-once.ts']),
      project('nodes', 20 * MINUTES),
      // One after the other: each needs the machine for itself.
      project('faults', 60 * MINUTES, ['tests/support/faults/setup.ts'], {
        fileParallelism: false,
      }),
      project('package', 10 * MINUTES),
    ],
    passWithNoTests: true,
  },
});
