import { defineConfig } from 'vitest/config';
import type { InlineConfig } from 'vitest/node';

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;

/** One project a folder of tests, each with the time that its tests may take. */
const project = (name: string, testTimeout: number, more: Partial<InlineConfig> = {}) => ({
  test: {
    name,
    ...more,
    include: [`tests/${name}/**/*.test.ts`],
    pool: 'forks' as const,
    testTimeout,
    hookTimeout: Math.max(testTimeout, MINUTES),
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 10 * SECONDS),
      // The compiler makes much that is soon forgotten: with room for it, collecting it is a third less work.
      project('templates', 15 * MINUTES, { execArgv: ['--max-semi-space-size=64'] }),
      project('cli', MINUTES),
      project('generated', 15 * MINUTES, { globalSetup: ['tests/support/generate-once.ts'] }),
      project('nodes', 20 * MINUTES),
      // One after the other: each needs the machine for itself.
      project('faults', 60 * MINUTES, {
        globalSetup: ['tests/support/faults/setup.ts'],
        fileParallelism: false,
      }),
      project('mutants', 10 * MINUTES),
      project('package', 10 * MINUTES),
    ],
    passWithNoTests: true,
  },
});
