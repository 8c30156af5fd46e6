import { appendFile, lstat, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedAction } from './conflicts.ts';
import { throwIfAborted } from './errors.ts';
import { systemCode, toFileSystemError, unless } from './file-system.ts';
import { closeJournal, journalStep, openJournal, undo } from './journal.ts';
import type { Journal } from './journal.ts';
import type { Target } from './target.ts';
import { DIRECTORY_MODE, cleanUp, collision, directoriesOf } from './write.ts';

/**
 * Writes into a directory that exists: a journal first, then each file exclusively. Whatever stops
 * it, the journal is followed backwards and the directory is as it was.
 */
export async function writeInPlace(
  target: Target,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const root = target.path;
  const changes = actions.filter((action) => action.action !== 'keep');
  const journal = await begin(root, changes);
  let begun = 0;
  try {
    for (const directory of journal.directories) await mkdir(join(root, directory), DIRECTORY_MODE);
    for (const [index, action] of changes.entries()) {
      throwIfAborted(signal);
      begun = index + 1;
      await apply(root, action);
    }
    throwIfAborted(signal);
    await closeJournal(root);
  } catch (error) {
    // A file that somebody else made in the meantime is not ours to remove.
    if (systemCode(error) === 'EEXIST') begun = Math.max(0, begun - 1);
    const steps = journal.steps.slice(0, begun);
    await cleanUp(error, root, () => undo(root, { ...journal, steps }, true));
    throw collision(error, root) ?? toFileSystemError(error, root);
  }
}

async function begin(root: string, changes: readonly PlannedAction[]): Promise<Journal> {
  try {
    const journal = await prepare(root, changes);
    await openJournal(root, journal);
    return journal;
  } catch (error) {
    throw toFileSystemError(error, root);
  }
}

async function prepare(root: string, changes: readonly PlannedAction[]): Promise<Journal> {
  const steps = [];
  for (const action of changes) steps.push(await journalStep(root, action));
  const created = changes.filter((action) => action.action === 'create');
  const directories = [];
  for (const directory of directoriesOf(created)) {
    const there = await unless(['ENOENT', 'ENOTDIR'], lstat(join(root, directory)));
    if (!there) directories.push(directory);
  }
  return { pid: process.pid, directories, steps };
}

async function apply(root: string, action: PlannedAction): Promise<void> {
  const path = join(root, action.path);
  if (action.tail !== undefined) return appendFile(path, action.tail);
  if (action.backup !== undefined) await rename(path, join(root, action.backup));
  const { outputFile } = await import('fs-extra/esm');
  return outputFile(path, action.file.bytes, { mode: action.file.mode, flag: 'wx' });
}
