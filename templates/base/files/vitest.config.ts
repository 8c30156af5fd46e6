import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// What runs before each file of tests; features add files.
const setup = 'tests/setup';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/mongo.ts'],
    setupFiles: readdirSync(setup).map((file) => `${setup}/${file}`),
    pool: 'forks',
    // Modules are read once a worker: each app has a database, a port and limits of its own.
    isolate: false,
    // Each worker takes five seconds of a processor to read and warm up the same modules: few of them,
    // and tests that wait do it at the same time as others of their file.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
