import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What runs before each file of tests; features add files.
const setup = 'tests/setup';

// These wait more than they work, the longest first: for a time to pass, and for other processes.
const waiting = [
  'database-away',
  'overload',
  'silence',
  'messages-majority',
  'load',
  'start',
  'stop',
  'typing',
  'backup',
  'set-up',
].map((name) => `${name}.test.ts`);

/** Spreads the files that wait among those that work, so that the processors always have work. */
class Spread extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number =>
      waiting.indexOf(basename(moduleId));
    // oxlint-disable-next-line unicorn/no-array-sort -- it sorts no array in its place
    const work = (await super.sort(files)).filter((file) => placeOf(file) === -1);
    const waits = files.filter((file) => placeOf(file) !== -1);
    waits.sort((a, b) => placeOf(a) - placeOf(b));
    return waits.flatMap((file) => [file, ...work.splice(0, 2)]).concat(work);
  }
}

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/mongo.ts'],
    setupFiles: readdirSync(setup).map((file) => `${setup}/${file}`),
    sequence: { sequencer: Spread },
    pool: 'forks',
    // Modules are read once a worker: each app has a database, a port and limits of its own.
    isolate: false,
    // Each worker takes five seconds of a processor to read and warm up the same modules: few of them,
    // two for what works and two for what waits, which is also done at the same time within a file.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
