import { lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { PlannedAction } from './planned-action.ts';
import { systemCode, unlessSync } from '../lib/file-system.ts';
import { changedMeanwhile, cleanUpSync, collision, toFileSystemError } from './errors.ts';
import { DIRECTORY_MODE, directoriesOf } from './directories.ts';
import { NewFiles } from './new-files.ts';
import { PAUSE_EVERY, pause } from './pause.ts';
import { stagingName } from './target.ts';
import type { Target } from './target.ts';

/**
 * Makes a directory that does not exist yet: writes it under another name and renames that once.
 * Missing parents are staged along and appear in the same rename. Whatever stops it, everything
 * this run made is removed again.
 */
export async function writeNewDirectory(
  target: Target,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const staging = makeStaging(target);
  try {
    const [, ...below] = stepsTo(target);
    const project = join(staging, ...below);
    mkdirSync(project, { recursive: true, mode: DIRECTORY_MODE });
    await stage(project, actions, signal);
    moveIntoPlace(target, staging);
  } catch (error) {
    cleanUpSync(error, () => rmSync(staging, { recursive: true, force: true }), { place: staging });
    throw collision(error, target.path) ?? toFileSystemError(error, target.path);
  }
}

function makeStaging(target: Target): string {
  const name = stagingName(target.path);
  const staging = join(target.anchor, name);
  try {
    mkdirSync(staging, DIRECTORY_MODE);
  } catch (error) {
    throw toFileSystemError(error, target.path);
  }
  return staging;
}

// Synchronous calls take a third of the time, and what promises of files need is never loaded. A pause
// now and then lets a signal arrive.
async function stage(
  project: string,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const made = new NewFiles();
  // The paths are of one form already: `join` would cost as much as opening the files.
  const below = (path: string): string => project + sep + path;
  for (const directory of directoriesOf(actions)) made.makeDirectory(below(directory));
  for (const [index, { file }] of actions.entries()) {
    if (index % PAUSE_EVERY === 0) await pause(signal);
    made.make(below(file.path), file);
  }
  await pause(signal);
}

// The staging directory stands for the first missing name. Where somebody else made that directory
// in the meantime, what is below it is moved instead.
function moveIntoPlace(target: Target, staging: string): void {
  const [first, ...below] = stepsTo(target);
  let from = staging;
  let to = join(target.anchor, first);
  for (const name of below) {
    if (hasMoved(from, to)) return removeRest(from, staging);
    from = join(from, name);
    to = join(to, name);
  }
  if (hasMoved(from, to)) return removeRest(from, staging);
  throw changedMeanwhile(target.path);
}

// Looks first, because a rename silently replaces an empty directory; nothing in Node forbids that,
// so one made between the two calls is replaced.
function hasMoved(from: string, to: string): boolean {
  const found = unlessSync(['ENOENT'], () => lstatSync(to));
  if (found?.isDirectory()) return false;
  if (found !== undefined) throw changedMeanwhile(to);
  return (
    unlessSync(['EEXIST', 'ENOTEMPTY'], () => {
      renameSync(from, to);
      return true;
    }) ?? false
  );
}

// The project is in its place and complete: whatever stays here is no reason to fail, and the next
// run names it.
function removeRest(moved: string, staging: string): void {
  if (moved === staging) return;
  try {
    rmSync(staging, { recursive: true, force: true });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

/** The names that are missing between the anchor and the project, the project's last. */
function stepsTo({ anchor, path }: Target): [string, ...string[]] {
  return relative(anchor, path).split(sep) as [string, ...string[]];
}
