import { AsyncLocalStorage } from 'node:async_hooks';
import type { TestContext } from 'vitest';

/** The test that runs, also where several of a file do at the same time. */
export const currentTest = new AsyncLocalStorage<TestContext>();

/** Does something when the test that asks for it ends; what was asked for last is done first. */
export const onTestFinished: TestContext['onTestFinished'] = (work, timeout) => {
  const test = currentTest.getStore();
  if (test === undefined) throw new Error('no test runs here');
  test.onTestFinished(work, timeout);
};
