import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunContext } from '../context.ts';
import { CreateError, throwIfAborted } from '../errors.ts';
import { ABSENT, unlessSync } from '../lib/file-system.ts';
import { isOnPath } from '../lib/environment.ts';
import { shown } from '../lib/text.ts';
import { RECORD_FILE } from '../options/record.ts';
import type { ProjectRecord } from '../options/record.ts';
import { NAME } from '../package.ts';
import { fetchLimits } from '../steps/registry.ts';
import { readUserSettings } from '../steps/user-settings.ts';
import { runWatched } from '../steps/watched.ts';
import type { LongCommand } from '../steps/watched.ts';
import { baseByHand, readRendered } from './rendered-base.ts';
import type { Base } from './types.ts';

/** Which base is wanted, and from where. */
export interface OtherBaseRequest {
  /** The project. */
  readonly root: string;
  readonly record: ProjectRecord;
  /** `--base`: a directory or a tarball; without it the registry is asked. */
  readonly place: string | undefined;
}

/** A base, and what a person should know of it. */
export interface OtherBase {
  readonly base: Base;
  readonly warnings: readonly string[];
}

const PROGRAM = join('bin', `${NAME}.js`);
const TOO_SLOW_MS = 600_000;
const QUIETLY = ['--yes', '--no-audit', '--no-fund'];

/**
 * The base of a project that another version made, rendered by that version: from the registry, or
 * from the place that is named. Nothing is left of what that takes.
 * @throws CreateError NO_BASE with the reason, and with the way to make one by hand.
 */
export async function otherBase(request: OtherBaseRequest, run: RunContext): Promise<OtherBase> {
  const { place, record } = request;
  const base = await (place === undefined
    ? inTemporary((directory) => byRegistry(request, directory, run))
    : byPlace(request, resolve(run.workingDirectory, place), run));
  if (base.templates === record.templates) return { base, warnings: [] };
  const problem = `${NAME} ${record.version} has other templates here than those that made this project`;
  if (place === undefined) throw noBase(request, problem);
  return { base, warnings: [`${problem}: look at the changes before you keep them`] };
}

async function byPlace(request: OtherBaseRequest, path: string, run: RunContext): Promise<Base> {
  const found = statOf(path);
  if (found?.isFile()) return inTemporary((directory) => byTarball(request, path, directory, run));
  if (statOf(join(path, PROGRAM))?.isFile())
    return inTemporary((directory) => byProgram(request, path, directory, run));
  const rendered = readRendered(path);
  if (rendered !== undefined) return rendered;
  const what = found === undefined ? 'is not there' : 'is no project of it and no program';
  throw noBase(request, `--base ${shown(path)} ${what}`);
}

function statOf(path: string): ReturnType<typeof statSync> {
  return unlessSync(ABSENT, () => statSync(path));
}

async function byRegistry(
  request: OtherBaseRequest,
  directory: string,
  run: RunContext,
): Promise<Base> {
  const name = `${NAME}@${request.record.version}`;
  run.reporter.note(`getting ${name}, which made this project, to see what is yours`);
  // The owner ran this very version before: how long a version has to be there first holds for new ones.
  const flags = [...QUIETLY, '--prefer-offline', '--min-release-age=0', `--package=${name}`];
  const words = ['exec', ...flags, '--', NAME];
  return render(request, { program: 'npm', words, cwd: request.root, directory }, run);
}

// Through npm, so that its integrity is checked as ever, and into a place of its own, so that no cache
// answers for it.
async function byTarball(
  request: OtherBaseRequest,
  tarball: string,
  directory: string,
  run: RunContext,
): Promise<Base> {
  const args = ['install', ...QUIETLY, '--offline', '--ignore-scripts', '--no-save'];
  const place = ['--prefix', directory, '--workspaces=false', tarball];
  await runNpm(request, { args: [...args, ...place], cwd: directory }, run);
  const program = join(directory, 'node_modules', NAME);
  return byProgram(request, program, directory, run);
}

async function byProgram(
  request: OtherBaseRequest,
  program: string,
  directory: string,
  run: RunContext,
): Promise<Base> {
  const words = [join(program, PROGRAM)];
  return render(request, { program: process.execPath, words, cwd: directory, directory }, run);
}

interface Renderer {
  readonly program: string;
  readonly words: readonly string[];
  readonly cwd: string;
  /** Temporary; the base is made in it. */
  readonly directory: string;
}

// The command line of creating is the contract with every version.
async function render(
  request: OtherBaseRequest,
  { program, words, cwd, directory }: Renderer,
  run: RunContext,
): Promise<Base> {
  const made = join(directory, 'base');
  const args = [...words, made, '--config', '-', '--yes', '--no-install', '--no-git'];
  const input = JSON.stringify(request.record.answers);
  await (program === 'npm'
    ? runNpm(request, { args, cwd, input }, run)
    : runOther(request, { program, args, cwd, input }, run));
  const base = readRendered(made);
  if (base === undefined)
    throw noBase(request, `${NAME} ${request.record.version} made no project`);
  return base;
}

async function runNpm(
  request: OtherBaseRequest,
  command: Pick<LongCommand, 'args' | 'cwd' | 'input'>,
  run: RunContext,
): Promise<void> {
  if (!isOnPath('npm', run.environment)) throw noBase(request, 'npm was not found on the PATH');
  const settings = fetchLimits(readUserSettings(run));
  await runOther(request, { program: 'npm', ...command, settings }, run);
}

async function runOther(
  request: OtherBaseRequest,
  command: Omit<LongCommand, 'name' | 'timeoutMs'>,
  run: RunContext,
): Promise<void> {
  const name = `${NAME} ${request.record.version}`;
  const ended = await runWatched({ ...command, name, timeoutMs: TOO_SLOW_MS }, run);
  throwIfAborted(run.signal);
  if (ended.problem === undefined) return;
  throw noBase(request, `${name} ${ended.problem}: ${reasonIn(ended.output)}`);
}

// Of npm's lines those that say what happened, else the last one of the program.
function reasonIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const said = lines.flatMap((line) => /^npm (?:error|ERR!) (.+)/.exec(line)?.[1] ?? []);
  const errors = said.filter((line) => !/^A complete log|^code |^ {2}/.test(line));
  return errors.slice(0, 2).join('; ') || (lines.findLast((line) => line !== '') ?? 'no reason');
}

async function inTemporary(action: (directory: string) => Promise<Base>): Promise<Base> {
  const directory = mkdtempSync(join(tmpdir(), `${NAME}-`));
  try {
    return await action(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function noBase({ record, root }: OtherBaseRequest, problem: string): CreateError {
  const isOld = statOf(join(root, RECORD_FILE)) === undefined;
  return new CreateError(
    'NO_BASE',
    `there is no base to compare this project with: ${problem}`,
    `Make one where ${NAME} ${record.version} is to be had, and name its directory with --base:\n    ${baseByHand(record, isOld)}`,
  );
}
