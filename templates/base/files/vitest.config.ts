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
    // Many tests wait for a time to pass: others run meanwhile.
    maxWorkers: 6,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
