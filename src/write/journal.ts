import { createHash, randomBytes } from 'node:crypto';
import { constants, copyFileSync, linkSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { CreateError } from '../errors.ts';
import { systemCode } from '../lib/file-system.ts';
import { cleanUp, toFileSystemError } from './errors.ts';
import { setMode } from './modes.ts';
import { JOURNAL } from './target.ts';

/** Who writes: a process id alone comes back, in a container even at once. */
export interface Writer {
  readonly pid: number;
  readonly thread: number;
  /** When that thread began, as `performance.timeOrigin` says. */
  readonly began: number;
  /** Tells the runs of one thread from each other. */
  readonly run: string;
}

/** Everything a run is about to do to a directory that exists. */
export interface Journal extends Writer {
  /** Name of the file as which everything is written before it gets its place. */
  readonly temporaryFile: string;
  /** Directories this run makes, parents first. */
  readonly directories: readonly string[];
  readonly steps: readonly JournalStep[];
}

/** What happens to one file. */
export interface JournalStep {
  readonly path: string;
  /** SHA-256 of what the run writes; for lines that are appended, of the file before. */
  readonly hash: string;
  /** Where the file that was there goes. */
  readonly backup?: string;
  /** Length of the file before lines are appended. */
  readonly length?: number;
  /** The lines that are appended. */
  readonly appendedLines?: string;
}

/** The error for a directory that another run has. */
export type Refuse = (root: string, cause?: unknown) => CreateError;

/**
 * Takes a directory for this run with a journal of nothing; its exclusive creation is the lock.
 * @throws CreateError of `refuse`, TARGET_IN_THE_WAY, when another run has it.
 */
export async function openJournal(root: string, refuse: Refuse = unfinished): Promise<Journal> {
  const writer = thisWriter();
  const journal = {
    ...writer,
    temporaryFile: `${JOURNAL}.${writer.run}`,
    directories: [],
    steps: [],
  };
  const file = { bytes: JSON.stringify(journal), mode: 0o600 };
  const temporaryFile = join(root, journal.temporaryFile);
  try {
    makeFile(join(root, JOURNAL), file, temporaryFile);
  } catch (error) {
    await cleanUp(error, () => rm(temporaryFile, { force: true }), { place: temporaryFile });
    throw systemCode(error) === 'EEXIST' ? refuse(root, error) : toFileSystemError(error, root);
  }
  return journal;
}

/** A new run of this process. */
export function thisWriter(): Writer {
  const run = randomBytes(6).toString('hex');
  return { pid: process.pid, thread: threadId, began: performance.timeOrigin, run };
}

/** Writes a journal, on the disk before it returns, to the temporary file: it does not hold yet. */
export async function stageJournal(root: string, journal: Journal): Promise<void> {
  const temporaryFile = join(root, journal.temporaryFile);
  // It may still be the empty journal, under its other name.
  await rm(temporaryFile, { force: true });
  const file = await open(temporaryFile, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(journal));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts the journal that is staged in the place of the one that holds. */
export async function placeJournal(root: string, journal: Journal): Promise<void> {
  await rename(join(root, journal.temporaryFile), join(root, JOURNAL));
  await syncDirectory(root);
}

/** Declares the run finished. */
export async function closeJournal(root: string): Promise<void> {
  await rm(join(root, JOURNAL), { force: true });
}

/**
 * Makes a file that is complete from its first instant, so that a run that is killed leaves no half
 * of one in its place. Fails with EEXIST where something is; the caller removes the temporary file.
 */
export function makeFile(
  path: string,
  file: { readonly bytes: string | Uint8Array; readonly mode: number },
  temporaryFile: string,
): void {
  writeFileSync(temporaryFile, file.bytes, { mode: file.mode, flag: 'wx' });
  setMode(temporaryFile, file.mode);
  try {
    linkSync(temporaryFile, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw error;
    // Not every file system has hard links, and a directory below may be another file system. Killed
    // during this copy, a run leaves half a file, which nobody can tell from an edit.
    copyFileSync(temporaryFile, path, constants.COPYFILE_EXCL);
  }
}

/** The error for a directory that another run has, or had when it was killed. */
export function unfinished(root: string, cause?: unknown): CreateError {
  return new CreateError(
    'TARGET_IN_THE_WAY',
    `another run writes into ${root}, or was killed while it did: ${join(root, JOURNAL)}`,
    'If none is running, add --on-conflict keep or --force: both undo the unfinished run first.',
    { cause },
  );
}

/** What tells whether a file is still as it was written. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// Windows cannot open a directory, and some file systems cannot sync one: the journal is then as
// durable as the system makes it.
async function syncDirectory(root: string): Promise<void> {
  try {
    const directory = await open(root, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(systemCode(error) ?? ''))
      throw error;
  }
}
