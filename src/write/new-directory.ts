import { mkdirSync, writeFileSync } from 'node:fs';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { PlannedAction } from './planned-action.ts';
import { throwIfAborted } from '../errors.ts';
import { unless } from '../lib/file-system.ts';
import { changedMeanwhile, cleanUp, collision, toFileSystemError } from './errors.ts';
import { DIRECTORY_MODE, directoriesOf } from './directories.ts';
import { setMode } from './modes.ts';
import { stagingName } from './target.ts';
import type { Target } from './target.ts';

const PAUSE_EVERY = 8;

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
  const staging = await makeStaging(target);
  try {
    const [, ...below] = stepsTo(target);
    const project = join(staging, ...below);
    await mkdir(project, { recursive: true, mode: DIRECTORY_MODE });
    await stage(project, actions, signal);
    await moveIntoPlace(target, staging);
  } catch (error) {
    await cleanUp(error, () => rm(staging, { recursive: true, force: true }), { place: staging });
    throw collision(error, target.path) ?? toFileSystemError(error, target.path);
  }
}

async function makeStaging(target: Target): Promise<string> {
  const name = stagingName(target.path);
  const staging = join(target.anchor, name);
  try {
    await mkdir(staging, DIRECTORY_MODE);
  } catch (error) {
    throw toFileSystemError(error, target.path);
  }
  return staging;
}

// Synchronous calls take a third of the time. A pause now and then lets a signal arrive.
async function stage(
  project: string,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const directory of directoriesOf(actions)) {
    mkdirSync(join(project, directory), DIRECTORY_MODE);
    setMode(join(project, directory), DIRECTORY_MODE);
  }
  for (const [index, { file }] of actions.entries()) {
    if (index % PAUSE_EVERY === 0) await pause(signal);
    const path = join(project, file.path);
    writeFileSync(path, file.bytes, { mode: file.mode, flag: 'wx' });
    setMode(path, file.mode);
  }
  await pause(signal);
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfAborted(signal);
}

// The staging directory stands for the first missing name. Where somebody else made that directory
// in the meantime, what is below it is moved instead.
async function moveIntoPlace(target: Target, staging: string): Promise<void> {
  const [first, ...below] = stepsTo(target);
  let from = staging;
  let to = join(target.anchor, first);
  for (const name of below) {
    if (await hasMoved(from, to)) return removeRest(from, staging);
    from = join(from, name);
    to = join(to, name);
  }
  if (await hasMoved(from, to)) return removeRest(from, staging);
  throw changedMeanwhile(target.path);
}

// Looks first, because a rename silently replaces an empty directory; nothing in Node forbids that,
// so one made between the two calls is replaced.
async function hasMoved(from: string, to: string): Promise<boolean> {
  const found = await unless(['ENOENT'], lstat(to));
  if (found?.isDirectory()) return false;
  if (found !== undefined) throw changedMeanwhile(to);
  const moved = rename(from, to).then(() => true);
  return (await unless(['EEXIST', 'ENOTEMPTY'], moved)) ?? false;
}

// The project is in its place and complete: whatever stays here is no reason to fail, and the next
// run names it.
async function removeRest(moved: string, staging: string): Promise<void> {
  if (moved !== staging) await rm(staging, { recursive: true, force: true }).catch(() => undefined);
}

/** The names that are missing between the anchor and the project, the project's last. */
function stepsTo({ anchor, path }: Target): [string, ...string[]] {
  return relative(anchor, path).split(sep) as [string, ...string[]];
}
