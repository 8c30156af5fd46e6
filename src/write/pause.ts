import { throwIfAborted } from '../errors.ts';

const FILES_BETWEEN = 64;

/**
 * Between files that are written by synchronous calls: now and then a signal gets its chance to arrive.
 * @param index - of the file that is next.
 * @throws CreateError ABORTED.
 */
export async function pauseBefore(index: number, signal: AbortSignal | undefined): Promise<void> {
  if (index % FILES_BETWEEN === 0) await new Promise((resolve) => setImmediate(resolve));
  throwIfAborted(signal);
}

/** The same after the last file. @throws CreateError ABORTED. */
export const pauseAfterAll = (signal: AbortSignal | undefined): Promise<void> =>
  pauseBefore(0, signal);
