import { createHash } from 'node:crypto';
import { lstat, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { PlannedAction } from './conflicts.ts';
import { CreateError } from './errors.ts';
import { systemCode, toFileSystemError, unless } from './file-system.ts';
import { removeEmpty } from './write.ts';

/** Name of the file that says how to undo a run that is writing into an existing directory. */
export const JOURNAL = '.create-chat-backend.undo';

/** Everything a run is about to do to a directory that exists. */
export interface Journal {
  readonly pid: number;
  /** Directories this run makes, parents first. */
  readonly directories: readonly string[];
  readonly steps: readonly JournalStep[];
}

interface JournalStep {
  readonly path: string;
  /** SHA-256 of what the run writes: a file that differs is not ours any more. */
  readonly hash: string;
  /** Where the file that was there went. */
  readonly backup?: string;
  /** Length of the file before lines were appended. */
  readonly length?: number;
}

/** Writes the journal; its exclusive creation is also the lock of the directory. */
export async function openJournal(root: string, journal: Journal): Promise<void> {
  try {
    await writeFile(join(root, JOURNAL), JSON.stringify(journal), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw unfinished(root, error);
    throw error;
  }
}

/** Declares the run finished. */
export async function closeJournal(root: string): Promise<void> {
  await rm(join(root, JOURNAL), { force: true });
}

/** The step of the journal for an action that changes something. */
export async function journalStep(root: string, action: PlannedAction): Promise<JournalStep> {
  const { path, backup } = action;
  if (action.action !== 'append') {
    return { path, hash: hashOf(action.file.bytes), ...(backup !== undefined && { backup }) };
  }
  const before = await readFile(join(root, path));
  const after = Buffer.concat([before, Buffer.from(action.tail ?? '')]);
  return { path, hash: hashOf(after), length: before.length };
}

/**
 * Puts the directory back as it was before the run, in reverse. A file that somebody changed since
 * stays; of the run itself (`own`) even a half-written one goes.
 */
export async function undo(root: string, journal: Journal, own: boolean): Promise<void> {
  for (const step of journal.steps.toReversed()) await undoStep(root, step, own);
  await removeEmpty(journal.directories.map((directory) => join(root, directory)));
  await closeJournal(root);
}

/**
 * Undoes what a killed run left in a directory, when the caller allows it.
 * @throws CreateError TARGET_IN_THE_WAY when it does not, or when that run is still alive.
 */
export async function recover(root: string, allowed: boolean): Promise<boolean> {
  const text = await unless(['ENOENT', 'ENOTDIR'], readFile(join(root, JOURNAL), 'utf8'));
  if (text === undefined) return false;
  const journal = parseJournal(text);
  if (!allowed || !journal || isAlive(journal.pid)) throw unfinished(root, undefined);
  try {
    await undo(root, journal, false);
  } catch (error) {
    throw toFileSystemError(error, root);
  }
  return true;
}

function unfinished(root: string, cause: unknown): CreateError {
  return new CreateError(
    'TARGET_IN_THE_WAY',
    `another run writes into ${root}, or was killed while it did: ${join(root, JOURNAL)}`,
    'If none is running, add --force: that undoes the unfinished run first.',
    { cause },
  );
}

async function undoStep(root: string, step: JournalStep, own: boolean): Promise<void> {
  const path = join(root, step.path);
  const content = await unless(['ENOENT', 'ENOTDIR'], readFile(path));
  const ours = content !== undefined && (own || hashOf(content) === step.hash);
  if (step.length !== undefined) {
    if (ours) await truncate(path, step.length);
    return;
  }
  const backup = step.backup === undefined ? undefined : join(root, step.backup);
  const saved = backup === undefined ? undefined : await unless(['ENOENT'], lstat(backup));
  // An overwrite without a backup was never begun: what is there is the owner's.
  if (backup !== undefined && saved === undefined) return;
  if (ours) await rm(path);
  if (backup !== undefined && (ours || content === undefined)) await rename(backup, path);
}

// The file may come from a stranger's archive: no path in it may lead out of the directory.
function parseJournal(text: string): Journal | undefined {
  try {
    const journal = JSON.parse(text) as Journal;
    const paths = journal.steps.flatMap((step) => [step.path, step.backup ?? '']);
    return [...paths, ...journal.directories].every(isInside) ? journal : undefined;
  } catch (error) {
    // The run was killed while it wrote the journal: nothing else was done yet.
    if (error instanceof SyntaxError) return { pid: 0, directories: [], steps: [] };
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function isInside(path: string): boolean {
  return !isAbsolute(path) && !path.split(/[/\\]/).some((part) => part === '..' || part === '.git');
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
