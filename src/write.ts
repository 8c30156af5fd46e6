import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { PlannedAction } from './conflicts.ts';
import { CreateError, throwIfAborted } from './errors.ts';
import { systemCode, toFileSystemError, unless, unlessSync } from './file-system.ts';
import { stagingPrefix } from './target.ts';
import type { Target } from './target.ts';

/** Mode of every directory, of which the system takes the umask off. */
export const DIRECTORY_MODE = 0o755;

const PAUSE_EVERY = 8;

/**
 * Makes a directory that does not exist yet: writes a sibling of it and renames that once.
 * Whatever stops it, everything this run made is removed again.
 */
export async function writeNewDirectory(
  target: Target,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const parents = await makeParents(target);
  const staging = join(
    dirname(target.path),
    stagingPrefix(target.path) + randomBytes(6).toString('hex'),
  );
  try {
    mkdirSync(staging, DIRECTORY_MODE);
    await stage(staging, actions, signal);
    renameSync(staging, target.path);
  } catch (error) {
    await cleanUp(error, staging, async () => {
      await rm(staging, { recursive: true, force: true });
      await removeEmpty(parents);
    });
    throw collision(error, target.path) ?? toFileSystemError(error, target.path);
  }
}

// Synchronous calls take a third of the time. A pause now and then lets a signal arrive.
async function stage(
  staging: string,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const directory of directoriesOf(actions))
    mkdirSync(`${staging}${sep}${directory}`, DIRECTORY_MODE);
  for (const [index, { file }] of actions.entries()) {
    if (index % PAUSE_EVERY === 0) await pause(signal);
    writeFileSync(`${staging}${sep}${file.path}`, file.bytes, { mode: file.mode, flag: 'wx' });
  }
  await pause(signal);
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfAborted(signal);
}

/**
 * Cleans up after an error, and says so when that fails too.
 * @throws CreateError FILE_SYSTEM with both errors as its cause.
 */
export async function cleanUp(
  error: unknown,
  place: string,
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (failure) {
    throw new CreateError(
      'FILE_SYSTEM',
      `writing failed, and what was written could not be removed: ${place}`,
      'Remove it by hand; --debug shows both reasons.',
      { cause: new AggregateError([error, failure]) },
    );
  }
}

/** Every directory the files need, parents first. */
export function directoriesOf(files: readonly { readonly path: string }[]): readonly string[] {
  const found = new Set<string>();
  for (const { path } of files) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      found.add(path.slice(0, slash));
    }
  }
  return [...found].sort();
}

/** Removes directories that are empty, last first; leaves the others. */
export async function removeEmpty(directories: readonly string[]): Promise<void> {
  for (const directory of directories.toReversed()) {
    await unless(['ENOENT', 'ENOTEMPTY', 'EEXIST'], rmdir(directory));
  }
}

async function makeParents(target: Target): Promise<readonly string[]> {
  const made: string[] = [];
  let directory = target.anchor;
  try {
    for (const name of relative(target.anchor, dirname(target.path)).split(sep).filter(Boolean)) {
      directory = join(directory, name);
      const path = directory;
      const isOurs = unlessSync(['EEXIST'], () => {
        mkdirSync(path, DIRECTORY_MODE);
        return true;
      });
      if (isOurs) made.push(directory);
    }
  } catch (error) {
    await removeEmpty(made);
    throw toFileSystemError(error, directory);
  }
  return made;
}

/** The error for something that appeared between our look and our writing, or undefined. */
export function collision(error: unknown, path: string): CreateError | undefined {
  if (!['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? ''))
    return undefined;
  return new CreateError(
    'TARGET_IN_THE_WAY',
    `${path} was made by somebody else in the meantime`,
    'Choose another directory, then type the command again.',
    { cause: error },
  );
}
