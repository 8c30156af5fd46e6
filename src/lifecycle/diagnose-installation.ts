import { join } from 'node:path';
import { isOnPath } from '../lib/environment.ts';
import { isThere } from '../lib/file-system.ts';
import { listed } from '../lib/text.ts';
import type { PackageManager } from '../options/options.ts';
import type { Finding } from '../result.ts';
import { LOCK_FILE_OF } from '../steps/git.ts';
import { installCommand, missingPackage } from '../steps/install.ts';
import { settingsIn } from '../steps/parent-settings.ts';
import { omitsDev, readUserSettings } from '../steps/user-settings.ts';
import { fault, jsonIn, textIn, warning } from './diagnosis.ts';
import type { Diagnosis, Manifest } from './diagnosis.ts';
import { isLockBehind } from './lock-file.ts';
import { isInRange } from './node-range.ts';

/** Looks at Node, the package manager, and what that has installed. */
export async function diagnoseInstallation(diagnosis: Diagnosis): Promise<readonly Finding[]> {
  const { root, record, manifest, run } = diagnosis;
  const findings = nodeFindings(manifest);
  const manager = record?.answers.packageManager;
  if (manifest === undefined) return [fault('not-installed', 'package.json cannot be read')];
  if (manager === undefined) return findings;
  const settings = readUserSettings(run);
  const install = installCommand(manager, omitsDev(settings, run.environment));
  const missing = await missingPackage(root);
  return [
    ...findings,
    ...managerFindings(diagnosis, manager),
    ...(missing === undefined ? [] : [fault('not-installed', missing, install)]),
    ...lockFindings({ root, manifest, manager, install }),
    ...(manager === 'npm' ? blockedScripts(root, manifest) : []),
  ];
}

function nodeFindings(manifest: Manifest | undefined): readonly Finding[] {
  const range = manifest?.engines?.node;
  const { node } = process.versions;
  if (typeof range !== 'string' || isInRange(node, range) !== false) return [];
  return [fault('node-range', `this is Node ${node}, and package.json asks for ${range}`)];
}

function managerFindings({ run }: Diagnosis, manager: PackageManager): readonly Finding[] {
  if (isOnPath(manager, run.environment)) return [];
  // npm comes with Node, and nothing else can be taken for there.
  const mend = manager === 'npm' ? null : `npm install --global ${manager}`;
  return [fault('package-manager', `${manager} was not found on the PATH`, mend)];
}

interface LockState {
  readonly root: string;
  readonly manifest: Manifest;
  readonly manager: PackageManager;
  /** What is typed to install everything. */
  readonly install: string;
}

function lockFindings({ root, manifest, manager, install }: LockState): readonly Finding[] {
  const own = LOCK_FILE_OF[manager];
  const text = textIn(root, own);
  const others = Object.values(LOCK_FILE_OF).filter(
    (name) => name !== own && isThere(join(root, name)),
  );
  return [
    ...(text === undefined ? [warning('no-lockfile', `there is no ${own}`, install)] : []),
    ...(text !== undefined && isLockBehind(manager, text, manifest)
      ? [fault('lockfile-behind', `${own} is not that of package.json`, install)]
      : []),
    ...others.map((name) =>
      warning('other-lockfile', `${name} is not that of ${manager}`, `rm ${name}`),
    ),
  ];
}

/** What we use of package-lock.json: packages by their folders. */
interface NpmLock {
  readonly packages?: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
}

// The other package managers say themselves what they did not run.
function blockedScripts(root: string, { allowScripts = {} }: Manifest): readonly Finding[] {
  if (settingsIn(textIn(root, '.npmrc') ?? '').get('ignore-scripts') !== 'true') return [];
  const lock: NpmLock | undefined = jsonIn(root, LOCK_FILE_OF.npm);
  const blocked = Object.entries(lock?.packages ?? {})
    .filter(
      ([path, { hasInstallScript, optional }]) =>
        hasInstallScript && !optional && isThere(join(root, path)),
    )
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
    .filter((name) => !Object.hasOwn(allowScripts, name));
  if (blocked.length === 0) return [];
  const names = [...new Set(blocked)].sort();
  const message = `.npmrc blocks what would be run to install ${listed(names)}`;
  const allowed = names.map((name) => `allowScripts.${name}=true`).join(' ');
  const build = `npm rebuild --ignore-scripts=false ${names.join(' ')}`;
  return [warning('scripts-blocked', message, `${build} && npm pkg set --json ${allowed}`)];
}
