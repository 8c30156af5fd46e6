import { lstat, readFile, realpath, rename, rm, rmdir, truncate } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ABSENT, systemCode, toFileSystemError, unless } from './file-system.ts';
import {
  closeJournal,
  hashOf,
  placeJournal,
  stageJournal,
  thisWriter,
  unfinished,
} from './journal.ts';
import type { Journal, JournalStep, Writer } from './journal.ts';
import { JOURNAL, isSpare } from './target.ts';

// A run writes for seconds: after that long its process id belongs to somebody else.
const LONGEST_RUN_MS = 600_000;

// Half a journal, as a file system without hard links can have it: nothing else was done yet. Nobody
// knows whose it is, so it is taken for alive until it is old.
const UNREADABLE: Journal = {
  pid: process.pid,
  thread: -1,
  began: 0,
  run: '',
  spare: `${JOURNAL}.${'0'.repeat(12)}`,
  directories: [],
  steps: [],
};

/**
 * Puts the directory back as it was before the run, in reverse. What somebody changed since stays.
 * It can be stopped anywhere and begun again.
 */
export async function undo(root: string, journal: Journal): Promise<void> {
  await rm(join(root, journal.spare), { force: true });
  for (const step of journal.steps.toReversed()) {
    if (await areWithin(root, [step.path, step.backup ?? step.path])) await undoStep(root, step);
  }
  for (const directory of journal.directories.toReversed()) {
    if (!(await areWithin(root, [directory]))) continue;
    await unless([...ABSENT, 'ENOTEMPTY', 'EEXIST'], rmdir(join(root, directory)));
  }
  await closeJournal(root);
}

/**
 * Undoes what a killed run left in a directory, when the caller allows it.
 * @returns whether there was something to undo.
 * @throws CreateError TARGET_IN_THE_WAY when it is not allowed, or when that run is still alive.
 */
export async function recover(root: string, allowed: boolean): Promise<boolean> {
  const path = join(root, JOURNAL);
  try {
    const found = await unless(ABSENT, lstat(path));
    if (found === undefined) return false;
    const text = found.isFile() ? await readFile(path, 'utf8') : undefined;
    const journal = text === undefined ? undefined : parseJournal(text);
    if (!allowed || !journal || isAlive(journal, Date.now() - found.mtimeMs))
      throw unfinished(root);
    await undo(root, await takeOver(root, journal, text));
    return true;
  } catch (error) {
    throw systemCode(error) === 'EEXIST' ? unfinished(root, error) : toFileSystemError(error, root);
  }
}

// Of several runs that find it, one gets the journal: all stage theirs under the same name, so that
// what is staged after one of them got its place is staged in vain, and seen to be.
async function takeOver(
  root: string,
  journal: Journal,
  text: string | undefined,
): Promise<Journal> {
  const holding = (): Promise<string | undefined> =>
    unless(['ENOENT'], readFile(join(root, JOURNAL), 'utf8'));
  const mine = { ...journal, ...thisWriter() };
  await stageJournal(root, mine);
  if ((await holding()) === text) await unless(['ENOENT'], placeJournal(root, mine));
  else await rm(join(root, mine.spare), { force: true });
  if ((await holding()) !== JSON.stringify(mine)) throw unfinished(root);
  return mine;
}

async function undoStep(root: string, step: JournalStep): Promise<void> {
  const path = join(root, step.path);
  const found = await unless(ABSENT, lstat(path));
  const content = found?.isFile() ? await readFile(path) : undefined;
  if (step.tail !== undefined) {
    if (content && isBeforeAndTail(content, step)) await truncate(path, step.length);
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
function isBeforeAndTail(content: Buffer, { hash, length = -1, tail = '' }: JournalStep): boolean {
  return (
    Number.isInteger(length) &&
    length >= 0 &&
    hashOf(content.subarray(0, length)) === hash &&
    content.subarray(length).equals(Buffer.from(tail).subarray(0, content.length - length))
  );
}

// The journal may come from a stranger's archive: no path in it may lead out of the directory.
function parseJournal(text: string): Journal | undefined {
  try {
    const journal = JSON.parse(text) as Journal;
    const paths = journal.steps.flatMap((step) => [step.path, step.backup ?? '']);
    const isOurs = isSpare(journal.spare) && [...paths, ...journal.directories].every(isInside);
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

// Nor may a link on the way lead out of it.
async function areWithin(root: string, paths: readonly string[]): Promise<boolean> {
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
