import { readFile, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ABSENT, unless } from '../lib/file-system.ts';
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
    async prepare(opened) {
      steps = stepsOf(request);
      await removeLeftovers(root, opened);
      return { files: steps, made: steps.flatMap(placesOf) };
    },
    apply: (step, temporaryFile) => apply(root, step, temporaryFile),
    ...(conflictIndex !== undefined && {
      close: () => rename(join(root, JOURNAL), join(root, KEPT_JOURNAL)),
    }),
  });
  // There is no way back, and nothing here is worth one.
  if (conflictIndex === undefined) await rm(join(root, BEFORE), { recursive: true, force: true });
  for (const { step, file } of steps) if (!file) await removeEmptied(root, dirname(step.path));
}

// The directory is locked: what other runs left belongs to nobody.
async function removeLeftovers(root: string, { temporaryFile }: Journal): Promise<void> {
  for (const name of await readdir(root))
    if (isTemporaryFile(name) && name !== temporaryFile) await rm(join(root, name));
  await rm(join(root, BEFORE), { recursive: true, force: true });
}

// Where something comes: the file, and what was there before.
function placesOf({ step: { path, backup }, file }: WriteStep): readonly { path: string }[] {
  return [...(file ? [{ path }] : []), ...(backup === undefined ? [] : [{ path: backup }])];
}

async function apply(
  root: string,
  { step, file, before }: WriteStep,
  temporaryFile: string,
): Promise<void> {
  const path = join(root, step.path);
  if (step.backup !== undefined) {
    await rename(path, join(root, step.backup));
    const found = await readFile(join(root, step.backup));
    if (!before || !found.equals(before)) throw changedMeanwhile(path);
  }
  if (file === undefined) return;
  await makeFile(path, file, temporaryFile);
  await unlink(temporaryFile);
}

async function removeEmptied(root: string, folder: string): Promise<void> {
  if (folder === '.') return;
  const removed = rmdir(join(root, folder)).then(() => true);
  if (await unless([...ABSENT, 'ENOTEMPTY', 'EEXIST'], removed))
    await removeEmptied(root, dirname(folder));
}
