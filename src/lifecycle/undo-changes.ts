import { lstat, mkdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CreateError } from '../errors.ts';
import { toRunContext } from '../context.ts';
import type { Context, RunContext } from '../context.ts';
import { ABSENT, unless } from '../lib/file-system.ts';
import type { FileChange, LifecycleResult, ProjectState } from '../result.ts';
import { installCommand } from '../steps/install.ts';
import { toFileSystemError } from '../write/errors.ts';
import { closeJournal, hashOf, openJournal } from '../write/journal.ts';
import type { JournalStep } from '../write/journal.ts';
import { areWithin, recover } from '../write/recover.ts';
import { BEFORE, KEPT_INDEX, keptJournal, unfinishedRun } from './before.ts';
import { findRoot, openProject } from './find-project.ts';
import { restoreIndex, workTreeOf } from './git.ts';
import { resultOf } from './result-of.ts';

/** Which project is taken back. */
export interface UndoOptions {
  /** In the project or below it; default: the working directory. */
  readonly directory?: string | undefined;
}

/**
 * Takes a run back that was killed, or that left conflicts: every file is as it was before it, resolved
 * ones too, and so is the index of git. After a run that ended well there is nothing to take back.
 * @throws CreateError NO_PROJECT, UNFINISHED while a run goes on, FILE_SYSTEM.
 */
export async function undoChanges(
  { directory = '.' }: UndoOptions = {},
  context: Context = {},
): Promise<LifecycleResult> {
  const run = toRunContext(context);
  const root = findRoot(directory, run.workingDirectory);
  const from = stateOf(root);
  const isRecovered = await recover(root, true, unfinishedRun);
  const changes = isRecovered ? [] : await takeBack(root, run);
  const to = stateOf(root);
  const isManifest = changes.some(({ path }) => path === 'package.json');
  return resultOf('undo', root, to, {
    from,
    changes,
    nextSteps: to && isManifest ? [installCommand(to.answers.packageManager)] : [],
    warnings: isRecovered ? ['what a run that was killed had written is taken back'] : [],
  });
}

// What is taken back may be the record itself.
function stateOf(root: string): ProjectState | null {
  try {
    const { version, answers } = openProject(root).record;
    return { version, answers };
  } catch (error) {
    if (error instanceof CreateError && error.code === 'RECORD') return null;
    throw error;
  }
}

async function takeBack(root: string, run: RunContext): Promise<readonly FileChange[]> {
  if (keptJournal(root) === undefined) return [];
  const { temporaryFile } = await openJournal(root, unfinishedRun);
  try {
    return await restore(root, run);
  } catch (error) {
    throw toFileSystemError(error, root);
  } finally {
    await rm(join(root, temporaryFile), { force: true });
    await closeJournal(root);
  }
}

// Stopped anywhere, it can be begun again: a file that is back has no copy any more.
async function restore(root: string, run: RunContext): Promise<readonly FileChange[]> {
  const journal = keptJournal(root);
  if (journal === undefined) return [];
  const changes = [];
  for (const step of journal.steps.toReversed()) {
    const isOurs = step.path.startsWith(`${BEFORE}/`);
    if (isOurs || !(await areWithin(root, [step.backup ?? step.path]))) continue;
    const change = await restoreStep(root, step);
    if (change) changes.push(change);
  }
  const index = await unless(ABSENT, readFile(join(root, KEPT_INDEX), 'utf8'));
  const workTree = await workTreeOf(root, run);
  if (workTree && index !== undefined) await restoreIndex(workTree, index);
  await rm(join(root, BEFORE), { recursive: true, force: true });
  for (const directory of journal.directories.toReversed())
    await unless([...ABSENT, 'ENOTEMPTY', 'EEXIST'], rmdir(join(root, directory)));
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function restoreStep(root: string, step: JournalStep): Promise<FileChange | undefined> {
  const path = join(root, step.path);
  const change = { path: step.path, from: null, conflicts: 0, reason: null, diff: null };
  if (step.backup === undefined) {
    const content = await unless([...ABSENT, 'EISDIR'], readFile(path));
    if (content === undefined) return undefined;
    const reason = 'made by that run, and edited since';
    if (hashOf(content) !== step.hash) return { ...change, action: 'keep', reason };
    await rm(path);
    return { ...change, action: 'delete' };
  }
  const backup = join(root, step.backup);
  if ((await unless(ABSENT, lstat(backup))) === undefined) return undefined;
  const isThere = (await unless(ABSENT, lstat(path))) !== undefined;
  await mkdir(dirname(path), { recursive: true });
  await rename(backup, path);
  return { ...change, action: isThere ? 'replace' : 'create' };
}
