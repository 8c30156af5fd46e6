import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isThere } from '../lib/file-system.ts';
import { DIRECTORY_MODE, directoriesOf } from './directories.ts';
import { cleanUp, collision, toFileSystemError } from './errors.ts';
import { closeJournal, openJournal, placeJournal, stageJournal } from './journal.ts';
import type { Journal, JournalStep, Refuse } from './journal.ts';
import { setMode } from './modes.ts';
import { PAUSE_EVERY, pause } from './pause.ts';
import { rollback } from './recover.ts';

/** One file that changes: what the journal says of it, and what is needed to do it. */
export interface JournaledFile {
  readonly step: JournalStep;
}

/** What is done to a directory that exists. */
export interface JournaledWork<File extends JournaledFile> {
  readonly root: string;
  readonly signal: AbortSignal | undefined;
  /** What a person does where putting everything back fails. */
  readonly hint: string;
  /** The error for a directory that another run has. */
  readonly refuse?: Refuse;
  /** Called once the directory is locked: only then is certain what the work builds on. */
  readonly prepare: (opened: Journal) => Prepared<File>;
  /** Does one file, by synchronous calls; `temporaryFile` is the journal's, and not there before and after. */
  readonly apply: (file: File, temporaryFile: string) => void;
  /** Ends the run, in place of removing the journal. */
  readonly close?: () => Promise<void>;
}

interface Prepared<File> {
  readonly files: readonly File[];
  /** Files whose directories have to be there. */
  readonly made: readonly { readonly path: string }[];
}

/**
 * Changes a directory under a journal: that first, then what it says, in its order. Whatever stops it,
 * the journal is followed backwards and the directory is as it was.
 * @throws CreateError of `refuse` when another run has the directory, TARGET_IN_THE_WAY, FILE_SYSTEM,
 * ABORTED.
 */
export async function followJournal<File extends JournaledFile>(
  work: JournaledWork<File>,
): Promise<void> {
  const { root, hint } = work;
  const opened = await openJournal(root, work.refuse);
  const done = { directories: 0, steps: 0 };
  let journal = opened;
  try {
    const { files, made } = work.prepare(opened);
    const directories = missingDirectories(root, made);
    journal = { ...opened, directories, steps: files.map(({ step }) => step) };
    await stageJournal(root, journal);
    await placeJournal(root, journal);
    await follow(work, journal, files, done);
    await (work.close?.() ?? closeJournal(root));
  } catch (error) {
    const steps = journal.steps.slice(0, done.steps);
    const directories = journal.directories.slice(0, done.directories);
    await cleanUp(error, () => rollback(root, { ...journal, steps, directories }), {
      place: root,
      hint,
    });
    throw collision(error, root) ?? toFileSystemError(error, root);
  }
}

function missingDirectories(
  root: string,
  files: readonly { readonly path: string }[],
): readonly string[] {
  return directoriesOf(files).filter((directory) => !isThere(join(root, directory)));
}

// A project has hundreds of files: by promises, which wait for a thread at each call, they take three times
// the processor time.
async function follow<File extends JournaledFile>(
  { root, signal, apply }: JournaledWork<File>,
  journal: Journal,
  files: readonly File[],
  done: { directories: number; steps: number },
): Promise<void> {
  for (const directory of journal.directories) {
    mkdirSync(join(root, directory), DIRECTORY_MODE);
    done.directories += 1;
    setMode(join(root, directory), DIRECTORY_MODE);
  }
  for (const [index, file] of files.entries()) {
    if (index % PAUSE_EVERY === 0) await pause(signal);
    done.steps += 1;
    apply(file, join(root, journal.temporaryFile));
  }
  await pause(signal);
}
