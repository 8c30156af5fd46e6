import { vi } from 'vitest';
import type { TestApp } from './app.ts';

/**
 * Holds the next transaction of a node before or after its commit: `reached` resolves there, and it
 * goes on when the test says so. `begun` counts the transactions of the node from then on.
 */
export function holdCommit({ app }: TestApp, when: 'before' | 'after') {
  const { connection } = app;
  const start = connection.startSession.bind(connection);
  let release = (): void => {};
  let reach = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  let begun = 0;
  vi.spyOn(connection, 'startSession').mockImplementation(async (options) => {
    const session = await start(options);
    begun += 1;
    if (begun > 1) return session;
    const commit = session.commitTransaction.bind(session);
    session.commitTransaction = async (...args) => {
      if (when === 'after') await commit(...args);
      reach();
      await released;
      if (when === 'before') await commit(...args);
    };
    return session;
  });
  return { reached, release, begun: () => begun };
}
