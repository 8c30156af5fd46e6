import { readFileSync, readdirSync, renameSync, rmSync, rmdirSync, unlinkSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ABSENT, unlessSync } from '../lib/file-system.ts';
import { directoriesOf } from '../write/directories.ts';
import { changedMeanwhile } from '../write/errors.ts';
import { followJournal } from '../write/follow-journal.ts';
import { makeFile } from '../write/journal.ts';
import type { Journal } from '../write/journal.ts';
import { JOURNAL, isTemporaryFile } from '../write/target.ts';
import { BEFORE, KEPT_JOURNAL, unfinishedRun } from './before.ts';
import { stepsOf } from './write-steps.ts';
import type { WriteRequest, WriteStep } from './write-steps.ts';

/**
 * Changes a project: a journal first, then each file that changes is put aside and made anew, complete
 * from its first instant. Whatever stops it, the journal is followed backwards.
 * @throws CreateError UNFINISHED for another run, TARGET_IN_THE_WAY for a file that somebody changed
 * since it was read, FILE_SYSTEM, ABORTED.
 */
export async function writeChanges(request: WriteRequest): Promise<void> {
  const { root, conflictIndex, signal } = request;
  let steps: readonly WriteStep[] = [];
  await followJournal<WriteStep>({
    root,
    signal,
    hint: 'To undo the rest, type: create-chat-backend undo',
    refuse: unfinishedRun,
    prepare(opened) {
      steps = stepsOf(request);
      removeLeftovers(root, opened);
      return { files: steps, made: steps.flatMap(placesOf) };
    },
    apply: (step, temporaryFile) => apply(root, step, temporaryFile),
    ...(conflictIndex !== undefined && {
      close: () => rename(join(root, JOURNAL), join(root, KEPT_JOURNAL)),
    }),
  });
  // There is no way back, and nothing here is worth one.
  if (conflictIndex === undefined) rmSync(join(root, BEFORE), { recursive: true, force: true });
  const gone = steps.flatMap(({ step, file }) => (file ? [] : [step]));
  removeEmptied(root, directoriesOf(gone).toReversed());
}

// The directory is locked: what other runs left belongs to nobody.
function removeLeftovers(root: string, { temporaryFile }: Journal): void {
  for (const name of readdirSync(root))
    if (isTemporaryFile(name) && name !== temporaryFile) rmSync(join(root, name));
  rmSync(join(root, BEFORE), { recursive: true, force: true });
}

// Where something comes: the file, and what was there before.
function placesOf({ step: { path, backup }, file }: WriteStep): readonly { path: string }[] {
  return [...(file ? [{ path }] : []), ...(backup === undefined ? [] : [{ path: backup }])];
}

function apply(root: string, { step, file, before }: WriteStep, temporaryFile: string): void {
  const path = join(root, step.path);
  if (step.backup !== undefined) {
    renameSync(path, join(root, step.backup));
    const found = readFileSync(join(root, step.backup));
    if (!before || !found.equals(before)) throw changedMeanwhile(path);
  }
  if (file === undefined) return;
  makeFile(path, file, temporaryFile);
  unlinkSync(temporaryFile);
}

/** @param folders - those in which something was, a folder after those in it. */
function removeEmptied(root: string, folders: readonly string[]): void {
  for (const folder of folders)
    unlessSync([...ABSENT, 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(join(root, folder)));
}
