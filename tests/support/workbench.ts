import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { VERSION } from '../../src/package.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { scratch } from './scratch.ts';
import { textOf } from './templates.ts';
import { typeErrors } from './types.ts';

/**
 * Many projects beside each other over one installation, checked together: the types of a package
 * are then read once, which is most of the work, and a file that several projects have is linted
 * and formatted once.
 */
export interface Workbench {
  /** Each of these rejects with everything that a tool found. */
  checkTypes(): Promise<void>;
  checkLint(): Promise<void>;
  checkFormat(): Promise<void>;
  /** Where a project lies. */
  directoryOf(name: string): string;
}

/** Writes projects by name, the widest first; they share all the packages that any of them needs. */
export async function workbench(projects: ReadonlyMap<string, Plan>): Promise<Workbench> {
  const [widest] = projects.values();
  if (widest === undefined) throw new Error('there is no project to check');
  const cwd = scratch();
  const modules = join(await installed(everythingOf(projects.values())), 'node_modules');
  symlinkSync(modules, join(cwd, 'node_modules'));
  for (const [name, { files }] of projects)
    for (const { path, bytes } of files) write(join(cwd, name, path), bytes);
  // Prettier reads this one where it runs only.
  write(join(cwd, '.prettierignore'), textOf(widest, '.prettierignore'));
  const files = differentFiles(projects);
  return {
    async checkTypes() {
      const texts = new Map(
        Array.from(projects, ([name, plan]) => [
          name,
          new Map(plan.files.map(({ path, bytes }) => [path, bytes.toString()])),
        ]),
      );
      const found = await typeErrors(cwd, texts);
      if (found !== '') throw new Error(`tsc says:\n${found}`);
    },
    async checkLint() {
      const code = files.filter((path) => /\.[cm]?[jt]s$/.test(path));
      await run(cwd, 'oxlint', ['--type-aware', '--deny-warnings', ...code]);
    },
    async checkFormat() {
      await run(cwd, 'prettier', ['--check', '--ignore-unknown', '--log-level=warn', ...files]);
    },
    directoryOf: (name) => join(cwd, name),
  };
}

/** A manifest with the packages of all: adapters exclude each other, so no project has everything. */
function everythingOf(projects: Iterable<Plan>): string {
  const manifests = Array.from(
    projects,
    (project) => JSON.parse(textOf(project, 'package.json')) as Manifest,
  );
  const all = (key: keyof Manifest): object =>
    Object.assign({}, ...manifests.map((manifest) => manifest[key]));
  return JSON.stringify({
    ...manifests[0],
    dependencies: all('dependencies'),
    devDependencies: all('devDependencies'),
    overrides: all('overrides'),
  });
}

/** What a manifest says of packages. */
interface Manifest {
  readonly dependencies: object;
  readonly devDependencies: object;
  readonly overrides?: object;
}

/** The files of all projects, but each only once that says the same at the same place. */
function differentFiles(projects: ReadonlyMap<string, Plan>): readonly string[] {
  const seen = new Set<string>();
  const different: string[] = [];
  for (const [name, { files }] of projects)
    for (const { path, bytes } of files) {
      const key = `${path} ${createHash('sha256').update(bytes).digest('hex')}`;
      if (!seen.has(key)) different.push(join(name, path));
      seen.add(key);
    }
  return different;
}

async function run(cwd: string, tool: string, args: readonly string[]): Promise<void> {
  const program = join(cwd, 'node_modules/.bin', tool);
  const { failed, all } = await execa(program, args, { cwd, all: true, reject: false });
  if (failed) throw new Error(`${tool} says:\n${all}`);
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** One installation for all runs that want the same packages, kept between runs. */
async function installed(manifest: string): Promise<string> {
  const hash = createHash('sha256').update(manifest).update(process.version).digest('hex');
  const directory = join(tmpdir(), `create-chat-backend-${VERSION}-${hash.slice(0, 16)}`);
  if (existsSync(directory)) return directory;
  const staging = `${directory}.${process.pid}`;
  write(join(staging, 'package.json'), manifest);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await execa('npm', args, { cwd: staging });
  try {
    renameSync(staging, directory);
  } catch (error) {
    // Another run was faster, and its installation is as good.
    if (!existsSync(directory)) throw error;
    rmSync(staging, { recursive: true });
  }
  return directory;
}
