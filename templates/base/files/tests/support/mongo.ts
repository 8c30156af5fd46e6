import type { TestProject } from 'vitest/node';
import { startMongod } from '../../tools/mongod.ts';
import { compile } from './compiled.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The replica set of this test run. */
    mongodbUri: string;
  }
}

/** Starts one real MongoDB for the whole run, and compiles what processes of tests run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [mongod] = await Promise.all([startMongod({ say: () => {} }), compile()]);
  project.onTestsRerun(compile);
  project.provide('mongodbUri', mongod.uri);
  return mongod.stop;
}
