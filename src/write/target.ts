import { randomBytes } from 'node:crypto';
import { accessSync, constants, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, parse, relative, resolve, sep } from 'node:path';
import { CreateError } from '../errors.ts';
import { ABSENT, unlessSync } from '../lib/file-system.ts';
import { toFileSystemError } from './errors.ts';
import type { ConflictPolicy } from '../options/options.ts';
import { RECORD_FILE } from '../options/record.ts';
import { listed } from '../lib/text.ts';

// A directory with only these counts as empty, and they stay as they are.
const HARMLESS =
  /^(?:\.git|\.gitignore|\.idea|\.vscode|\.DS_Store|(?:license|readme)(?:\.(?:md|txt))?)$/i;

/** The place of the new project. */
export interface Target {
  /** Absolute, with the links of its parents resolved. */
  readonly path: string;
  readonly exists: boolean;
  /** The directory above it that exists already; everything between is made. */
  readonly anchor: string;
  /** What is in the directory and may stay. */
  readonly harmless: readonly string[];
  /** What is in the directory and in the way. */
  readonly foreign: readonly string[];
  /** What earlier runs that were killed had staged. */
  readonly leftovers: readonly string[];
}

/** Name of the file that says how to undo a run that is writing into an existing directory. */
export const JOURNAL = '.create-chat-backend.undo';

/** Whether a name is that of a file which a run writes before it gets its place. */
export function isTemporaryFile(name: string): boolean {
  return /^\.create-chat-backend\.undo\.[0-9a-f]{12}$/.test(name);
}

/** Whether an entry may be in a directory that counts as empty. */
export function isHarmless(entry: string): boolean {
  return HARMLESS.test(entry);
}

/** A new name for a hidden directory beside a target, in which something is made before it gets its place. */
export function stagingName(path: string): string {
  return stagingPrefix(path) + randomBytes(6).toString('hex');
}

function stagingPrefix(path: string): string {
  return `.${basename(path)}.create-`;
}

/**
 * The absolute path that a directory argument means.
 * @throws CreateError TARGET_IN_THE_WAY for the root, a home directory and everything above `cwd`.
 */
export function locateTarget(directory: string, cwd: string, home: string | undefined): string {
  const path = resolve(cwd, directory);
  const above = relative(path, cwd);
  const holdsCwd = above !== '' && above.split(sep)[0] !== '..' && parse(above).root === '';
  const isHome = home !== undefined && path === resolve(home);
  // A shell that left `~` alone did so because it was quoted.
  const isTilde = /^~(?:[/\\]|$)/.test(directory);
  if (path !== parse(path).root && !isHome && !isTilde && !holdsCwd) return path;
  throw inTheWay(`${isTilde ? directory : path} is not a place for a project`);
}

/**
 * Looks at the place without changing anything.
 * @throws CreateError TARGET_IN_THE_WAY when it is no directory, FILE_SYSTEM when it cannot be written to.
 */
export async function inspectTarget(requested: string): Promise<Target> {
  try {
    return inspect(requested);
  } catch (error) {
    throw toFileSystemError(error, requested);
  }
}

/** Refuses a directory with files, unless the user chose what happens to them. @throws CreateError TARGET_IN_THE_WAY. */
export function assertFree(target: Target, onConflict: ConflictPolicy): void {
  if (onConflict !== 'abort' || target.foreign.length === 0) return;
  if (isProject(target))
    throw new CreateError(
      'TARGET_IN_THE_WAY',
      `${target.path} is a chat backend already`,
      'To change it, type there: create-chat-backend add, remove, set or update; create-chat-backend status says what it has.',
    );
  throw new CreateError(
    'TARGET_IN_THE_WAY',
    `${target.path} is not empty: ${listed(target.foreign)}`,
    'Choose another directory, or add --on-conflict keep (write only what is missing) or --on-conflict overwrite (replace, with backups).',
  );
}

/** Whether a project of ours is in the place. */
export function isProject({ foreign }: Target): boolean {
  return foreign.includes(RECORD_FILE);
}

function inTheWay(message: string): CreateError {
  return new CreateError(
    'TARGET_IN_THE_WAY',
    message,
    'Choose another directory, for example: create-chat-backend my-app',
  );
}

// Synchronous, because for a dozen calls the promises of node:fs take longer to load than to keep.
function inspect(requested: string): Target {
  const { anchor, path } = resolveParents(requested);
  const entries = entriesOf(path);
  // A parent that may not be listed may still be one to write into.
  const besides = unlessSync(['EACCES'], () => readdirSync(anchor)) ?? [];
  if (dirname(path) === anchor) assertNoTwin(path, besides);
  accessSync(entries ? path : anchor, constants.W_OK);
  const present = (entries ?? []).filter((entry) => !isTemporaryFile(entry));
  const staged = besides.filter((entry) => entry.startsWith(stagingPrefix(path)));
  const temporaryFiles = (entries ?? []).filter(isTemporaryFile);
  return {
    path,
    exists: entries !== undefined,
    anchor,
    harmless: present.filter(isHarmless),
    foreign: present.filter((entry) => !isHarmless(entry)),
    leftovers: [
      ...staged.map((entry) => join(anchor, entry)),
      ...temporaryFiles.map((entry) => join(path, entry)),
    ],
  };
}

function resolveParents(requested: string): { anchor: string; path: string } {
  let anchor = dirname(requested);
  for (;;) {
    const found = unlessSync(ABSENT, () => lstatSync(anchor));
    const real = found && unlessSync(ABSENT, () => realpathSync(anchor));
    if (real !== undefined && lstatSync(real).isDirectory()) {
      return { anchor: real, path: join(real, relative(anchor, requested)) };
    }
    if (found !== undefined) throw inTheWay(`${anchor} is not a directory`);
    anchor = dirname(anchor);
  }
}

function entriesOf(path: string): string[] | undefined {
  const found = unlessSync(['ENOENT'], () => lstatSync(path));
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) {
    throw inTheWay(`${path} is a symbolic link to ${readlinkSync(path)}`);
  }
  if (!found.isDirectory()) throw inTheWay(`${path} is a file`);
  return readdirSync(path).sort();
}

// macOS and Windows take both for the same name. Where both are there already, no clash is made.
function assertNoTwin(path: string, siblings: readonly string[]): void {
  const name = basename(path);
  if (siblings.includes(name)) return;
  const twin = siblings.find((entry) => entry.toLowerCase() === name.toLowerCase());
  if (twin !== undefined) {
    throw inTheWay(
      `${twin} is there already and differs from ${name} only in upper and lower case`,
    );
  }
}
