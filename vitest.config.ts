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
    setupFiles: ['tests/support/clean-up.ts'],
    pool: 'forks' as const,
    testTimeout,
    hookTimeout: Math.max(testTimeout, MINUTES),
  },
});

/** Beside each other, on as many cores as there are. */
const TOGETHER = { maxWorkers: '100%', sequence: { groupOrder: 1 } };
/** One file after the other: each starts what needs the machine for itself. */
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 2 } };

export default defineConfig({
  test: {
    projects: [
      project('unit', 10 * SECONDS, TOGETHER),
      // The compiler makes much that is soon forgotten: with room for it, collecting it is a third less
      // work. All sets of features in one program are more than the 4 GiB that Node.js takes by itself.
      project('templates', 30 * MINUTES, {
        ...TOGETHER,
        execArgv: ['--max-semi-space-size=64', '--max-old-space-size=8192'],
      }),
      project('cli', MINUTES, TOGETHER),
      project('generated', 15 * MINUTES, {
        ...ALONE,
        globalSetup: ['tests/support/generate-once.ts'],
      }),
      project('nodes', 20 * MINUTES, ALONE),
      project('api', 60 * MINUTES, ALONE),
      project('faults', 60 * MINUTES, {
        ...ALONE,
        globalSetup: ['tests/support/faults/setup.ts'],
      }),
      project('mutants', 10 * MINUTES, ALONE),
      project('package', 10 * MINUTES, TOGETHER),
    ],
    passWithNoTests: true,
  },
});
