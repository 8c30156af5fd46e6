import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunContext } from '../context.ts';
import { isOnPath } from '../lib/environment.ts';
import type { Environment } from '../lib/environment.ts';
import { CreateError } from '../errors.ts';
import { toFileSystemError } from '../write/errors.ts';
import type { PackageManager } from '../options/options.ts';
import type { InstallOutcome } from '../result.ts';
import { fetchLimits, unanswered } from './registry.ts';
import { isOffline, omitsDev, readUserSettings } from './user-settings.ts';
import { runWatched } from './watched.ts';
import type { WatchedResult } from './watched.ts';
import { readParentSettings } from './parent-settings.ts';
import { installBeside, workspaceAbove } from './workspace.ts';

const TOO_SLOW_MS = 600_000;

// Inside somebody's workspace npm would write into the parent, and exit with 0. For pnpm the project
// is a workspace of its own, by its pnpm-workspace.yaml; Yarn and bun are kept out in other ways.
const ARGUMENTS: Readonly<Record<PackageManager, (root: string) => readonly string[]>> = {
  npm: (root) => [
    'install',
    '--prefix',
    root,
    '--workspaces=false',
    // Whatever the user's configuration omits: the project's own scripts need its tools.
    '--include=dev',
    '--no-audit',
    '--no-fund',
  ],
  pnpm: (root) => ['install', '--dir', root, '--no-frozen-lockfile'],
  yarn: () => ['install'],
  bun: (root) => ['install', '--cwd', root],
};

/** What the user types to install everything, also where their configuration leaves something out. */
export function installCommand(packageManager: PackageManager, isDevOmitted = false): string {
  const command = `${packageManager} install`;
  return isDevOmitted && packageManager === 'npm' ? `${command} --include=dev` : command;
}

/** Makes sure before anything is written that installing can be tried. @throws CreateError ENVIRONMENT. */
export function assertPackageManager(
  packageManager: PackageManager,
  environment: Environment,
): void {
  if (isOnPath(packageManager, environment)) return;
  throw new CreateError(
    'ENVIRONMENT',
    `${packageManager} was not found on the PATH`,
    `Install ${packageManager}, or add --no-install, or choose another --package-manager.`,
  );
}

/** Installs the dependencies and proves on disk that they are there. */
export async function install(
  root: string,
  packageManager: PackageManager,
  run: RunContext,
): Promise<InstallOutcome> {
  const command = installCommand(packageManager);
  try {
    return await installAndProve(root, packageManager, run);
  } catch (error) {
    // The project is written already: a disk that refuses now is one more way not to be installed.
    const refused = toFileSystemError(error, root);
    if (!(refused instanceof CreateError)) throw error;
    const problem = `${command} failed: ${refused.message}`;
    return { status: 'failed', command, code: null, problem, output: '' };
  }
}

async function installAndProve(
  root: string,
  packageManager: PackageManager,
  run: RunContext,
): Promise<InstallOutcome> {
  const user = readUserSettings(run);
  const command = installCommand(packageManager, omitsDev(user, run.environment));
  const workspace = workspaceAbove(root);
  const above = workspace === undefined ? {} : settingsOf(workspace, root, run);
  const settings = { ...fetchLimits(user), ...above };
  if (!isOffline(user)) {
    const output = await unanswered({ packageManager, root, settings: above }, run);
    const problem = `${command} was not started: the registry does not answer`;
    if (output !== undefined) return { status: 'failed', command, code: null, problem, output };
  }
  const installIn = (place: string): Promise<WatchedResult> => {
    const args = ARGUMENTS[packageManager](place);
    const program = { program: packageManager, args, cwd: place, settings };
    return runWatched({ name: command, ...program, timeoutMs: TOO_SLOW_MS }, run);
  };
  // A lockfile, even an empty one, tells newer versions of Yarn that this is no part of something else.
  if (packageManager === 'yarn') await appendFile(join(root, 'yarn.lock'), '');
  const isToStayOut = packageManager === 'yarn' || packageManager === 'bun';
  const isBeside = isToStayOut && workspace !== undefined;
  const result = await (isBeside ? installBeside(root, installIn) : installIn(root));
  const { code, output } = result;
  const missing = result.problem === undefined ? await missingPackage(root) : undefined;
  const problem = result.problem ?? (missing && `ended without an error, but ${missing}`);
  if (problem === undefined) return { status: 'done', command, code };
  return { status: 'failed', command, code, problem: `${command} ${problem}`, output };
}

function settingsOf(
  workspace: string,
  root: string,
  { environment, reporter }: RunContext,
): Environment {
  const found = readParentSettings(workspace, root, environment);
  // Not the values: some are secret.
  if (found.names.length > 0)
    reporter.debug(`settings of ${found.path}: ${found.names.join(', ')}`);
  return found.environment;
}

/**
 * Says what a project lacks of its packages; undefined where all are there. An exit code of 0 proves
 * nothing: dry-run, global, omit=dev and workspaces all end with one.
 */
export async function missingPackage(root: string): Promise<string | undefined> {
  const { pathExists } = await import('fs-extra/esm');
  if (await pathExists(join(root, '.pnp.cjs'))) return undefined;
  const names = await namesOfPackages(root);
  if (names === undefined) return 'package.json cannot be read';
  for (const name of names) {
    if (await pathExists(join(root, 'node_modules', name, 'package.json'))) continue;
    return `${name} is not in node_modules`;
  }
  return undefined;
}

async function namesOfPackages(root: string): Promise<readonly string[] | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies?: object;
      readonly devDependencies?: object;
    };
    return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  } catch {
    // Whatever is wrong with it, the project is written and nothing proves that it is installed.
    return undefined;
  }
}
