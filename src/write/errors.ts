import { CreateError } from '../errors.ts';
import { systemCode, whatIsWrong } from '../lib/file-system.ts';

/** Puts a failed system call into words. Everything else comes back as it is. */
export const toFileSystemError = (error: unknown, path: string): unknown =>
  inWords(
    error,
    `cannot write ${path}`,
    'Make room or change the permissions, or choose another directory; then type the same command again.',
  );

function inWords(error: unknown, what: string, hint: string): unknown {
  const code = systemCode(error);
  if (error instanceof CreateError || code === undefined || !/^E[A-Z0-9]+$/.test(code))
    return error;
  const message = `${what}: ${whatIsWrong(code)} (${code})`;
  return new CreateError('FILE_SYSTEM', message, hint, { cause: error });
}

/**
 * Reads what was there a moment ago.
 * @throws CreateError TARGET_IN_THE_WAY where it is gone or is something else now, FILE_SYSTEM.
 */
export function readAgain<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw changedMeanwhile(path, error);
    const hint = 'Change the permissions; then type the same command again.';
    throw collision(error, path) ?? inWords(error, `cannot read ${path}`, hint);
  }
}

/**
 * Cleans up after an error, and says so when that fails too.
 * @throws CreateError FILE_SYSTEM with both errors as its cause.
 */
export async function cleanUp(
  error: unknown,
  action: () => Promise<void>,
  left: Left,
): Promise<void> {
  try {
    await action();
  } catch (failure) {
    throw notRemoved(error, failure, left);
  }
}

/** The same for synchronous calls. */
export function cleanUpSync(error: unknown, action: () => void, left: Left): void {
  try {
    action();
  } catch (failure) {
    throw notRemoved(error, failure, left);
  }
}

/** What stays where cleaning up fails, and what a person does about it. */
interface Left {
  readonly place: string;
  readonly hint?: string;
}

function notRemoved(error: unknown, failure: unknown, { place, hint }: Left): CreateError {
  return new CreateError(
    'FILE_SYSTEM',
    `writing failed, and what was written could not be removed: ${place}`,
    hint ?? 'Remove it by hand; --debug shows both reasons.',
    { cause: new AggregateError([error, failure]) },
  );
}

/** The error for a place that is not any more what it was when this run looked at it. */
export function changedMeanwhile(path: string, cause?: unknown): CreateError {
  return new CreateError(
    'TARGET_IN_THE_WAY',
    `${path} was changed by somebody else in the meantime`,
    'Look at it, then type the command again, or choose another directory.',
    { cause },
  );
}

/** The same error for a system call that met something unexpected, or undefined. */
export function collision(error: unknown, path: string): CreateError | undefined {
  const met = ['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '');
  return met ? changedMeanwhile(path, error) : undefined;
}
