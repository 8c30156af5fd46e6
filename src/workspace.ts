import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode, unless } from './file-system.ts';
import { stagingPrefix } from './target.ts';
import type { LongEnded } from './watched.ts';

// What tells a package manager what to install, and from where.
const SETTINGS = /^(?:package\.json|\.npmrc|\.yarnrc(?:\.yml)?|bunfig\.toml)$/;
const LOCK_FILE = /^(?:yarn\.lock|bun\.lockb?)$/;

/** The directory above the project that says that projects below it are parts of it. */
export async function workspaceAbove(root: string): Promise<string | undefined> {
  for (let path = dirname(root); path !== dirname(path); path = dirname(path)) {
    const manifest = await textOf(join(path, 'package.json'));
    if (manifest?.includes('"workspaces"')) return path;
    if ((await textOf(join(path, 'pnpm-workspace.yaml'))) !== undefined) return path;
  }
  return undefined;
}

/** The text of a file, or undefined where none can be read. */
export function textOf(path: string): Promise<string | undefined> {
  return unless(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'], readFile(path, 'utf8'));
}

/**
 * Runs an installation in a hidden directory beside the project, and moves what it made into the
 * project. Yarn 1 and bun have no flag that keeps them out of a workspace, but pass over such a
 * directory.
 */
export async function installBeside(
  root: string,
  install: (place: string) => Promise<LongEnded>,
): Promise<LongEnded> {
  const { copy, ensureDir, move, remove } = await import('fs-extra/esm');
  const place = join(dirname(root), stagingPrefix(root) + randomBytes(6).toString('hex'));
  try {
    await ensureDir(place);
    for (const entry of await readdir(root))
      if (SETTINGS.test(entry) || LOCK_FILE.test(entry))
        await copy(join(root, entry), join(place, entry));
    const ended = await install(place);
    if (ended.problem !== undefined) return ended;
    for (const entry of await readdir(place))
      if (!SETTINGS.test(entry))
        await move(join(place, entry), join(root, entry), { overwrite: true });
    return ended;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const problem = `could not keep out of the workspace: ${(error as Error).message}`;
    return { code: null, problem, output: '' };
  } finally {
    await remove(place);
  }
}
