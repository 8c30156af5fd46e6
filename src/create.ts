import { basename } from 'node:path';
import { assertOptions, resolveAnswers } from './options/answers.ts';
import { decideActions } from './write/conflicts.ts';
import type { PlannedAction } from './write/planned-action.ts';
import { toRunContext } from './context.ts';
import type { Context, RunContext } from './context.ts';
import { throwIfAborted } from './errors.ts';
import { loadFeatures } from './templates/features.ts';
import { assertTools, finishProject } from './steps/finish.ts';
import { installCommand } from './steps/install.ts';
import { assertDirectoryName, assertPackageName } from './options/names.ts';
import type { Answers, CreateOptions } from './options/options.ts';
import { packageNameOf } from './options/package-name.ts';
import { TEMPLATES } from './package.ts';
import { planSharedBytes } from './plan/plan.ts';
import { pinnedActions } from './steps/pin.ts';
import { runnerOf } from './options/replay.ts';
import { toResult } from './steps/build-result.ts';
import type { Project } from './steps/project.ts';
import type { CreateResult } from './result.ts';
import { makeSecrets } from './plan/secrets.ts';
import { inspectTarget, locateTarget } from './write/target.ts';
import { listed } from './lib/text.ts';
import type { Target } from './write/target.ts';
import { recover } from './write/recover.ts';
import { omitsDev, readUserSettings } from './steps/user-settings.ts';
import { workspaceNotes } from './steps/workspace-note.ts';
import { writeInPlace } from './write/existing-directory.ts';
import { writeNewDirectory } from './write/new-directory.ts';

// Loaded together, because a project that was made may be started.
export { startProject } from './steps/start.ts';

/**
 * Makes a project. Until it is written completely nothing of it exists: an error or an abort before
 * that leaves the disk as it was. Installing and git come after; when one of them fails, or the
 * signal fires meanwhile, the error carries the complete project as its `result`.
 * @throws CreateError with a code of the closed union ErrorCode.
 */
export async function createProject(
  options: CreateOptions,
  context: Context = {},
): Promise<CreateResult> {
  const run = toRunContext(context);
  const { answers, defaults, path } = resolveProject(options, run);
  assertTools(options, answers, run);
  const target = await prepareTarget(path, answers, run);
  const planned = await planActions(answers, target);
  throwIfAborted(run.signal);
  const project = { answers, defaults, target, ...(await placed(planned, answers, target, run)) };
  throwIfAborted(run.signal);
  if (answers.dryRun) return toResult(project);
  await write(target, project.actions, run);
  return finishProject(project, run);
}

function resolveProject(
  options: CreateOptions,
  { workingDirectory, home, signal }: RunContext,
): { readonly answers: Answers; readonly defaults: Answers; readonly path: string } {
  throwIfAborted(signal);
  assertOptions(options);
  assertDirectoryName(options.directory);
  const path = locateTarget(options.directory, workingDirectory, home);
  const name = packageNameOf(basename(path));
  if (options.packageName === undefined) assertPackageName(name, 'directory');
  else assertPackageName(options.packageName, 'flag');
  const features = loadFeatures(TEMPLATES);
  const answers = resolveAnswers(options, name, features);
  const defaults = resolveAnswers({ directory: options.directory }, name, features);
  return { answers, defaults, path };
}

async function prepareTarget(
  path: string,
  { onConflict, dryRun }: Answers,
  { reporter, signal }: RunContext,
): Promise<Target> {
  const target = await inspectTarget(path);
  throwIfAborted(signal);
  if (!target.exists) return target;
  if (!(await recover(target.path, onConflict !== 'abort' && !dryRun))) return target;
  reporter.note(`undid a run that was killed while it wrote into ${target.path}`);
  return inspectTarget(path);
}

function planActions(answers: Answers, target: Target): Promise<readonly PlannedAction[]> {
  const { adapter, features } = answers;
  const plan = planSharedBytes({
    ...answers,
    features: adapter === 'none' ? features : [...features, adapter],
    secrets: makeSecrets(),
  });
  return decideActions(target, plan.files, answers.onConflict);
}

// What the place asks for beside the answers: who pins a package manager above, what the user's own
// configuration leaves out, which workspace would take the project for its own.
async function placed(
  planned: readonly PlannedAction[],
  answers: Answers,
  target: Target,
  run: RunContext,
): Promise<Pick<Project, 'actions' | 'installCommand' | 'notes' | 'runner'>> {
  const { actions, notes } = await pinnedActions(planned, answers, target, run);
  const isDevOmitted = omitsDev(readUserSettings(run), run.environment);
  return {
    actions,
    installCommand: installCommand(answers.packageManager, isDevOmitted),
    runner: runnerOf(answers.packageManager, run.environment),
    notes: [...notes, ...workspaceNotes(target.path)],
  };
}

async function write(
  target: Target,
  actions: readonly PlannedAction[],
  { reporter, signal }: RunContext,
): Promise<void> {
  const replaced = actions.filter((action) => action.action === 'overwrite');
  if (replaced.length > 0) {
    reporter.note(`replacing, each with a backup: ${listed(replaced.map(({ path }) => path))}`);
  }
  const written = actions.filter((action) => action.action !== 'keep').length;
  reporter.begin('write', `writing ${written} files`);
  const writeFiles = target.exists ? writeInPlace : writeNewDirectory;
  await writeFiles(target, actions, signal);
  reporter.end('write', 'done', `${written} files written to ${target.path}`);
}
