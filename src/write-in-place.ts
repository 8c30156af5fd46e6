import { appendFile, lstat, mkdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedAction } from './conflicts.ts';
import { throwIfAborted } from './errors.ts';
import { ABSENT, toFileSystemError, unless } from './file-system.ts';
import {
  closeJournal,
  hashOf,
  makeFile,
  openJournal,
  placeJournal,
  stageJournal,
} from './journal.ts';
import type { Journal, JournalStep } from './journal.ts';
import type { Target } from './target.ts';
import { undo } from './undo.ts';
import { DIRECTORY_MODE, directoriesOf } from './write.ts';
import { changedMeanwhile, cleanUp, collision } from './write-errors.ts';

/** How much of a journal is done. */
interface Progress {
  directories: number;
  steps: number;
}

/**
 * Writes into a directory that exists: a journal first, then each file exclusively and complete from
 * its first instant. Whatever stops it, the journal is followed backwards and the directory is as it
 * was.
 */
export async function writeInPlace(
  target: Target,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const root = target.path;
  const opened = await openJournal(root);
  let journal = opened;
  const done: Progress = { directories: 0, steps: 0 };
  try {
    journal = await prepare(root, actions, opened);
    await stageJournal(root, journal);
    await placeJournal(root, journal);
    await follow(root, actions, journal, { done, signal });
    await closeJournal(root);
  } catch (error) {
    const steps = journal.steps.slice(0, done.steps);
    const directories = journal.directories.slice(0, done.directories);
    await cleanUp(error, () => undo(root, { ...journal, steps, directories }), {
      place: root,
      hint: 'To undo the rest, type the command again with --on-conflict keep; --debug shows both reasons.',
    });
    throw collision(error, root) ?? toFileSystemError(error, root);
  }
}

// Only now, with the directory locked, is what the actions build on certain.
async function prepare(
  root: string,
  actions: readonly PlannedAction[],
  opened: Journal,
): Promise<Journal> {
  const steps = [];
  for (const action of actions) {
    await assertUnchanged(root, action);
    if (action.action !== 'keep') steps.push(await journalStep(root, action));
  }
  const created = actions.filter((action) => action.action === 'create');
  const directories = [];
  for (const directory of directoriesOf(created)) {
    const there = await unless(ABSENT, lstat(join(root, directory)));
    if (!there) directories.push(directory);
  }
  return { ...opened, directories, steps };
}

async function assertUnchanged(root: string, { path, action }: PlannedAction): Promise<void> {
  const found = await unless(ABSENT, lstat(join(root, path)));
  if ((found === undefined) !== (action === 'create')) throw changedMeanwhile(join(root, path));
}

async function journalStep(root: string, action: PlannedAction): Promise<JournalStep> {
  const { path, backup, tail } = action;
  if (tail === undefined) {
    return { path, hash: hashOf(action.file.bytes), ...(backup !== undefined && { backup }) };
  }
  const before = await readFile(join(root, path));
  return { path, hash: hashOf(before), length: before.length, tail };
}

async function follow(
  root: string,
  actions: readonly PlannedAction[],
  journal: Journal,
  { done, signal }: { readonly done: Progress; readonly signal: AbortSignal | undefined },
): Promise<void> {
  for (const directory of journal.directories) {
    await mkdir(join(root, directory), DIRECTORY_MODE);
    done.directories += 1;
  }
  for (const action of actions) {
    if (action.action === 'keep') continue;
    throwIfAborted(signal);
    done.steps += 1;
    await apply(root, action, join(root, journal.spare));
  }
  throwIfAborted(signal);
}

async function apply(root: string, action: PlannedAction, spare: string): Promise<void> {
  const path = join(root, action.path);
  if (action.tail !== undefined) return appendFile(path, action.tail);
  if (action.backup !== undefined) await rename(path, join(root, action.backup));
  await makeFile(path, action.file, spare);
  await unlink(spare);
}
