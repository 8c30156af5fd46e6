import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from './context.ts';
import { isOnPath } from './environment.ts';
import type { Environment } from './environment.ts';
import { CreateError } from './errors.ts';
import { toFileSystemError } from './file-system.ts';
import type { Answers } from './options.ts';
import type { InstallOutcome } from './result.ts';
import { runWatched } from './watched.ts';
import type { LongEnded } from './watched.ts';
import { readParentSettings } from './parent-settings.ts';
import { installBeside, workspaceAbove } from './workspace.ts';

type PackageManager = Answers['packageManager'];

const TOO_SLOW_MS = 600_000;

// Inside somebody's workspace npm would write into the parent, and exit with 0. For pnpm the project
// is a workspace of its own, by its pnpm-workspace.yaml; Yarn and bun are kept out in other ways.
const ARGUMENTS: Readonly<Record<PackageManager, (root: string) => readonly string[]>> = {
  npm: (root) => ['install', '--prefix', root, '--workspaces=false', '--no-audit', '--no-fund'],
  pnpm: (root) => ['install', '--dir', root, '--no-frozen-lockfile'],
  yarn: () => ['install'],
  bun: (root) => ['install', '--cwd', root],
};

/** What the user types to install. */
export function installCommand(packageManager: PackageManager): string {
  return `${packageManager} install`;
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
  run: Run,
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
  run: Run,
): Promise<InstallOutcome> {
  const command = installCommand(packageManager);
  const workspace = await workspaceAbove(root);
  const settings = workspace === undefined ? {} : await settingsOf(workspace, root, run);
  const installIn = (place: string): Promise<LongEnded> => {
    const args = ARGUMENTS[packageManager](place);
    const program = { program: packageManager, args, cwd: place, settings };
    return runWatched({ name: command, ...program, timeoutMs: TOO_SLOW_MS }, run);
  };
  // A lockfile, even an empty one, tells newer versions of Yarn that this is no part of something else.
  if (packageManager === 'yarn') await appendFile(join(root, 'yarn.lock'), '');
  const isToStayOut = packageManager === 'yarn' || packageManager === 'bun';
  const isBeside = isToStayOut && workspace !== undefined;
  const ended = await (isBeside ? installBeside(root, installIn) : installIn(root));
  const { code, output } = ended;
  const problem = ended.problem ?? (await missingPackage(root));
  if (problem === undefined) return { status: 'done', command, code };
  return { status: 'failed', command, code, problem: `${command} ${problem}`, output };
}

async function settingsOf(
  workspace: string,
  root: string,
  { environment, reporter }: Run,
): Promise<Environment> {
  const found = await readParentSettings(workspace, root, environment);
  // Not the values: some are secret.
  if (found.names.length > 0)
    reporter.debug(`settings of ${found.path}: ${found.names.join(', ')}`);
  return found.environment;
}

// An exit code of 0 proves nothing: dry-run, global, omit=dev and workspaces all end with one.
async function missingPackage(root: string): Promise<string | undefined> {
  const { pathExists } = await import('fs-extra/esm');
  if (await pathExists(join(root, '.pnp.cjs'))) return undefined;
  const names = await namesOfPackages(root);
  if (names === undefined) return 'ended without an error, but package.json cannot be read';
  for (const name of names) {
    if (await pathExists(join(root, 'node_modules', name, 'package.json'))) continue;
    return `ended without an error, but ${name} is not in node_modules`;
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
