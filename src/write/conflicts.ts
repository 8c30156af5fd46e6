import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateError } from '../errors.ts';
import { ABSENT, unless } from '../lib/file-system.ts';
import { toFileSystemError } from './errors.ts';
import type { ConflictPolicy } from '../options/options.ts';
import type { PlannedFile } from '../plan/planned-file.ts';
import type { FileAction } from '../result.ts';
import type { PlannedAction } from './planned-action.ts';
import { assertFree, isHarmless } from './target.ts';
import type { Target } from './target.ts';
import { directoriesOf } from './directories.ts';

/** Where our README goes beside one that stays. */
export const SECOND_README = 'README.chat-backend.md';

/**
 * Decides for each planned file what happens to it, without changing anything.
 * @throws CreateError TARGET_IN_THE_WAY when the directory is not free or a file cannot stand where it must.
 */
export async function decideActions(
  target: Target,
  files: readonly PlannedFile[],
  onConflict: ConflictPolicy,
): Promise<readonly PlannedAction[]> {
  assertFree(target, onConflict);
  if (!target.exists) return files.map((file) => withAction(file, 'create'));
  try {
    return await compare(target, files, onConflict);
  } catch (error) {
    throw toFileSystemError(error, target.path);
  }
}

async function compare(
  target: Target,
  files: readonly PlannedFile[],
  onConflict: ConflictPolicy,
): Promise<readonly PlannedAction[]> {
  for (const directory of directoriesOf(files)) await assertDirectoryOrNothing(target, directory);
  const stamp = new Date().toISOString().replace(/[-:.]/g, '');
  const actions: PlannedAction[] = [];
  for (const file of withSecondReadme(target, files, onConflict))
    actions.push(await decide(target, file, onConflict, stamp));
  return actions.filter(({ path }) => path !== SECOND_README || !isReadmeOurs(actions));
}

// What our README says would be lost where somebody's own one stays.
function withSecondReadme(
  target: Target,
  files: readonly PlannedFile[],
  onConflict: ConflictPolicy,
): readonly PlannedFile[] {
  const readme = files.find(({ path }) => path === 'README.md');
  const isThere = [...target.harmless, ...target.foreign].includes('README.md');
  if (readme === undefined || !isThere || onConflict === 'overwrite') return files;
  return [...files, { ...readme, path: SECOND_README }];
}

function isReadmeOurs(actions: readonly PlannedAction[]): boolean {
  return actions.some(({ path, isSame }) => path === 'README.md' && isSame);
}

async function decide(
  target: Target,
  file: PlannedFile,
  onConflict: ConflictPolicy,
  stamp: string,
): Promise<PlannedAction> {
  const path = join(target.path, file.path);
  const found = await unless(['ENOENT'], lstat(path));
  if (found === undefined) return withAction(file, 'create');
  if (found.isDirectory()) throw blocked(path, 'is a directory, and a file has to be there');
  if (file.path === '.gitignore' && found.isFile()) {
    const present = await bytesOf(path);
    if (present === undefined) return withAction(file, 'create');
    const appendedLines = missingLines(present.toString('utf8'), file.bytes.toString('utf8'));
    if (appendedLines === '') return withAction(file, 'keep', 0);
    return { ...withAction(file, 'append', Buffer.byteLength(appendedLines)), appendedLines };
  }
  // The directory was free a moment ago: another run fills it right now.
  if (onConflict === 'abort' && !isHarmless(file.path.split('/')[0] ?? '')) {
    throw blocked(path, 'appeared while this run looked at the directory');
  }
  if (found.isFile() && (await hasBytes(path, file.bytes)))
    return { ...withAction(file, 'keep', 0), isSame: true };
  // `.env` holds the owner's secrets: no policy replaces it.
  if (onConflict !== 'overwrite' || file.path === '.env') return withAction(file, 'keep', 0);
  return { ...withAction(file, 'overwrite'), backup: await freeBackup(target, file.path, stamp) };
}

// What cannot be read is not the same.
async function hasBytes(path: string, bytes: Buffer): Promise<boolean> {
  const found = await unless(['EACCES'], bytesOf(path));
  return found?.equals(bytes) ?? false;
}

// Another run may move a file aside at any time; what follows under the lock notices.
function bytesOf(path: string): Promise<Buffer | undefined> {
  return unless(ABSENT, readFile(path));
}

// A clock may stand still or go back; a backup never replaces another one.
async function freeBackup(target: Target, path: string, stamp: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const backup = `${path}.bak-${stamp}${count === 1 ? '' : `-${count}`}`;
    if ((await unless(ABSENT, lstat(join(target.path, backup)))) === undefined) return backup;
  }
}

function withAction(
  file: PlannedFile,
  action: FileAction['action'],
  bytes = file.bytes.length,
): PlannedAction {
  return { path: file.path, bytes, action, file };
}

/** The lines of a `.gitignore` that another one lacks, ready to be appended to it. */
export function missingLines(present: string, wanted: string): string {
  const known = new Set(present.split(/\r?\n/).map((line) => line.trim()));
  const missing = wanted
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !known.has(line));
  if (missing.length === 0) return '';
  return `${present === '' || present.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`;
}

// A link would lead the files out of the project.
async function assertDirectoryOrNothing(target: Target, directory: string): Promise<void> {
  const path = join(target.path, directory);
  const found = await unless(ABSENT, lstat(path));
  if (found === undefined || found.isDirectory()) return;
  const what = found.isSymbolicLink() ? 'a symbolic link' : 'a file';
  throw blocked(path, `is ${what}, and a directory has to be there`);
}

function blocked(path: string, problem: string): CreateError {
  return new CreateError(
    'TARGET_IN_THE_WAY',
    `${path} ${problem}`,
    'Move it away, or choose another directory; then type the command again.',
  );
}
