import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// What runs before each file of tests, the limits first, before anything reads them; features add files.
const setup = 'tests/setup';
const setupFiles = [
  'tests/support/limits.ts',
  ...readdirSync(setup).map((file) => `${setup}/${file}`),
];

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/mongo.ts'],
    setupFiles,
    sequence: { setupFiles: 'list' },
    pool: 'forks',
    // Modules are read once a worker: each app has a database, a port and limits of its own.
    isolate: false,
    // Each worker takes five seconds of a processor to read and warm up the same modules: few of them,
    // and more than processors, since some files wait for a time to pass or for other processes.
    maxWorkers: 4,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
