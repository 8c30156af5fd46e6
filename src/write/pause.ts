import { throwIfAborted } from '../errors.ts';

/** After how many files that are written by synchronous calls there is a pause. */
export const PAUSE_EVERY = 64;

/** Lets a signal arrive. @throws CreateError ABORTED. */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfAborted(signal);
}
