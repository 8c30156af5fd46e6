import type { TestProject } from 'vitest/node';
import { startMongod } from '../../tools/mongod.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The replica set of this test run. */
    mongodbUri: string;
  }
}

/** Starts one real MongoDB for the whole run; each test takes a database of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const mongod = await startMongod({ say: () => {} });
  project.provide('mongodbUri', mongod.uri);
  return mongod.stop;
}
