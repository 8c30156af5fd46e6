import { vi } from 'vitest';
import { until, type TestApp } from './app.ts';
import { onTestFinished } from './finish.ts';
import { createGate } from './node.ts';

/** Keeps an app from storing what sends have moved, until the gate is opened or the test ends. */
export function holdLateWrites({ app }: TestApp) {
  const gate = createGate();
  onTestFinished(async () => gate.open());
  for (const name of ['Membership', 'Conversation']) {
    const { collection } = app.connection.model(name);
    const bulkWrite = collection.bulkWrite.bind(collection);
    vi.spyOn(collection, 'bulkWrite').mockImplementation(async (...given) => {
      await gate.passed;
      return bulkWrite(...given);
    });
  }
  return gate;
}

/** Waits until both writes are stored of what was sent in a conversation that is the only one. */
export function waitForLateWrites({ app }: TestApp, lastSeq: number): Promise<void> {
  const { connection } = app;
  return until(async () => {
    const conversation = await connection.collection('conversations').findOne({ lastSeq });
    const mark = await connection.collection('memberships').findOne({ lastReadSeq: lastSeq });
    return conversation !== null && mark !== null;
  });
}
