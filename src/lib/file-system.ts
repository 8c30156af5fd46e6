import { lstatSync } from 'node:fs';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  EIO: 'the device reports an error',
  EXDEV: 'part of it lies on another device',
  EBUSY: 'it is in use',
  ENOENT: 'it was removed in the meantime',
};

/** Codes of a call on something that is not there. */
export const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR'];

/** The code of a failed system call, like `ENOENT`, or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** A code of a failed system call in words. */
export function whatIsWrong(code: string): string {
  return REASONS[code] ?? 'the file system refused';
}

/** Resolves to undefined where the promise fails with one of these system codes. */
export async function unless<T>(
  codes: readonly string[],
  promise: Promise<T>,
): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Returns undefined where the action fails with one of these system codes. */
export function unlessSync<T>(codes: readonly string[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Whether anything has a name, be it a link that leads nowhere. */
export function isThere(path: string): boolean {
  return unlessSync(ABSENT, () => lstatSync(path)) !== undefined;
}
