import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../lib/file-system.ts';
import { stagingName } from '../write/target.ts';
import type { WatchedResult } from './watched.ts';

// What tells a package manager what to install, and from where.
const SETTINGS = /^(?:package\.json|\.npmrc|\.yarnrc(?:\.yml)?|bunfig\.toml)$/;
const LOCK_FILE = /^(?:yarn\.lock|bun\.lockb?)$/;

/** The directory above the project that says that projects below it are parts of it. */
export function workspaceAbove(root: string): string | undefined {
  for (let path = dirname(root); path !== dirname(path); path = dirname(path)) {
    const manifest = textOf(join(path, 'package.json'));
    if (manifest?.includes('"workspaces"')) return path;
    if (textOf(join(path, 'pnpm-workspace.yaml')) !== undefined) return path;
  }
  return undefined;
}

/**
 * The text of a file, or undefined where none can be read, for whatever reason: what is above a project
 * is no reason to make none.
 */
export function textOf(path: string): string | undefined {
  // Most are not there, and an error is dearer than a look.
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Runs an installation in a hidden directory beside the project, and moves what it made into the
 * project. Yarn 1 and bun have no flag that keeps them out of a workspace, but pass over such a
 * directory.
 */
export async function installBeside(
  root: string,
  install: (place: string) => Promise<WatchedResult>,
): Promise<WatchedResult> {
  const { copy, ensureDir, move, remove } = await import('fs-extra/esm');
  const place = join(dirname(root), stagingName(root));
  try {
    await ensureDir(place);
    for (const entry of await readdir(root))
      if (SETTINGS.test(entry) || LOCK_FILE.test(entry))
        await copy(join(root, entry), join(place, entry));
    const result = await install(place);
    if (result.problem !== undefined) return result;
    for (const entry of await readdir(place))
      if (!SETTINGS.test(entry))
        await move(join(place, entry), join(root, entry), { overwrite: true });
    return result;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const problem = `could not keep out of the workspace: ${(error as Error).message}`;
    return { code: null, problem, output: '' };
  } finally {
    await remove(place);
  }
}
