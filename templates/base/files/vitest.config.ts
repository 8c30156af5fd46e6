import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// What features run before each file of tests.
const setup = 'tests/setup';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/mongo.ts'],
    setupFiles: existsSync(setup) ? readdirSync(setup).map((file) => `${setup}/${file}`) : [],
    pool: 'forks',
    // One database server serves all files; more workers than this only wait for it.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
