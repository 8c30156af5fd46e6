import { lstat, readFile, realpath, rename, rm, rmdir, truncate } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ABSENT, systemCode, unless } from '../lib/file-system.ts';
import { toFileSystemError } from './errors.ts';
import {
  closeJournal,
  hashOf,
  placeJournal,
  stageJournal,
  thisWriter,
  unfinished,
} from './journal.ts';
import type { Journal, JournalStep, Refuse, Writer } from './journal.ts';
import { JOURNAL, isTemporaryFile } from './target.ts';

// A run writes for seconds: after that long its process id belongs to somebody else.
const LONGEST_RUN_MS = 600_000;

// Half a journal, as a file system without hard links can have it: nothing else was done yet. Nobody
// knows whose it is, so it is taken for alive until it is old.
const UNREADABLE: Journal = {
  pid: process.pid,
  thread: -1,
  began: 0,
  run: '',
  temporaryFile: `${JOURNAL}.${'0'.repeat(12)}`,
  directories: [],
  steps: [],
};

/**
 * Puts the directory back as it was before the run, in reverse. What somebody changed since stays.
 * It can be stopped anywhere and begun again.
 */
export async function rollback(root: string, journal: Journal): Promise<void> {
  await rm(join(root, journal.temporaryFile), { force: true });
  for (const step of journal.steps.toReversed()) {
    if (await areWithin(root, [step.path, step.backup ?? step.path]))
      await rollbackStep(root, step);
  }
  for (const directory of journal.directories.toReversed()) {
    if (!(await areWithin(root, [directory]))) continue;
    await unless([...ABSENT, 'ENOTEMPTY', 'EEXIST'], rmdir(join(root, directory)));
  }
  await closeJournal(root);
}

/**
 * Rolls back what a killed run left in a directory, when the caller allows it.
 * @returns whether there was something to undo.
 * @throws CreateError of `refuse`, TARGET_IN_THE_WAY, when it is not allowed, or when that run is still
 * alive.
 */
export async function recover(
  root: string,
  allowed: boolean,
  refuse: Refuse = unfinished,
): Promise<boolean> {
  const path = join(root, JOURNAL);
  try {
    const found = await unless(ABSENT, lstat(path));
    if (found === undefined) return false;
    const text = found.isFile() ? await readFile(path, 'utf8') : undefined;
    const journal = text === undefined ? undefined : parseJournal(text);
    if (!allowed || !journal || isAlive(journal, Date.now() - found.mtimeMs)) throw refuse(root);
    await rollback(root, await takeOver(root, journal, text, refuse));
    return true;
  } catch (error) {
    throw systemCode(error) === 'EEXIST' ? refuse(root, error) : toFileSystemError(error, root);
  }
}

// Of several runs that find it, one gets the journal: all stage theirs under the same name, so that
// what is staged after one of them got its place is staged in vain, and seen to be.
async function takeOver(
  root: string,
  journal: Journal,
  text: string | undefined,
  refuse: Refuse,
): Promise<Journal> {
  const holding = (): Promise<string | undefined> =>
    unless(['ENOENT'], readFile(join(root, JOURNAL), 'utf8'));
  const mine = { ...journal, ...thisWriter() };
  await stageJournal(root, mine);
  if ((await holding()) === text) await unless(['ENOENT'], placeJournal(root, mine));
  else await rm(join(root, mine.temporaryFile), { force: true });
  if ((await holding()) !== JSON.stringify(mine)) throw refuse(root);
  return mine;
}

async function rollbackStep(root: string, step: JournalStep): Promise<void> {
  const path = join(root, step.path);
  const found = await unless(ABSENT, lstat(path));
  const content = found?.isFile() ? await readFile(path) : undefined;
  if (step.appendedLines !== undefined) {
    // Where nothing was appended, perhaps nothing may be written.
    const isLonger = content && content.length > (step.length ?? 0);
    if (isLonger && isBeforeAndAppended(content, step)) await truncate(path, step.length);
    return;
  }
  const backup = step.backup === undefined ? undefined : join(root, step.backup);
  // An overwrite without a backup was never begun: what is there is the owner's.
  if (backup !== undefined && (await unless(ABSENT, lstat(backup))) === undefined) return;
  if (found !== undefined && !(content && hashOf(content) === step.hash)) return;
  if (content) await rm(path);
  if (backup !== undefined) await rename(backup, path);
}

// Nothing but our lines came to it, and of them perhaps only the first.
function isBeforeAndAppended(
  content: Buffer,
  { hash, length = -1, appendedLines = '' }: JournalStep,
): boolean {
  return (
    Number.isInteger(length) &&
    length >= 0 &&
    hashOf(content.subarray(0, length)) === hash &&
    content.subarray(length).equals(Buffer.from(appendedLines).subarray(0, content.length - length))
  );
}

/**
 * Understands the text of a journal, which may come from a stranger's archive: undefined where a path
 * in it leads out of the directory.
 */
export function parseJournal(text: string): Journal | undefined {
  try {
    const journal = JSON.parse(text) as Journal;
    const paths = journal.steps.flatMap((step) => [step.path, step.backup ?? '']);
    const isOurs =
      isTemporaryFile(journal.temporaryFile) && [...paths, ...journal.directories].every(isInside);
    return isOurs ? journal : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return UNREADABLE;
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function isInside(path: string): boolean {
  const parts = path.toLowerCase().split(/[/\\]/);
  return !isAbsolute(path) && !parts.some((part) => part === '..' || part === '.git');
}

/** Whether no link on the way to these paths leads out of the directory. */
export async function areWithin(root: string, paths: readonly string[]): Promise<boolean> {
  const real = await realpath(root);
  for (const path of paths) {
    const parent = await unless(ABSENT, realpath(dirname(join(root, path))));
    if (parent === undefined || !isInside(relative(real, parent))) return false;
  }
  return true;
}

function isAlive({ pid, thread, began }: Writer, ageMs: number): boolean {
  if (pid === process.pid && thread === threadId) return began === performance.timeOrigin;
  if (ageMs > LONGEST_RUN_MS) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
