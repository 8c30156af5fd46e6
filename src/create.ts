import { basename } from 'node:path';
import { assertOptions, resolveAnswers } from './answers.ts';
import { decideActions } from './conflicts.ts';
import type { PlannedAction } from './conflicts.ts';
import { toRun } from './context.ts';
import type { Context, Run } from './context.ts';
import { throwIfAborted } from './errors.ts';
import { loadFeatures } from './features.ts';
import { assertTools, finishProject } from './finish.ts';
import { assertDirectoryName, assertPackageName } from './names.ts';
import type { Answers, CreateOptions } from './options.ts';
import { TEMPLATES } from './package.ts';
import { planSharedBytes } from './plan.ts';
import { toResult } from './report.ts';
import type { CreateResult } from './result.ts';
import { makeSecrets } from './secrets.ts';
import { inspectTarget, locateTarget } from './target.ts';
import { listed } from './text.ts';
import type { Target } from './target.ts';
import { recover } from './undo.ts';
import { writeInPlace } from './write-in-place.ts';
import { writeNewDirectory } from './write.ts';

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
  const run = toRun(context);
  const { answers, defaults, path } = resolveProject(options, run);
  assertTools(options, answers, run);
  const target = await prepareTarget(path, answers, run);
  const actions = await planActions(answers, target);
  throwIfAborted(run.signal);
  const project = { answers, defaults, target, actions };
  if (answers.dryRun) return toResult(project);
  await write(target, actions, run);
  return finishProject(project, run);
}

function resolveProject(
  options: CreateOptions,
  { workingDirectory, home, signal }: Run,
): { readonly answers: Answers; readonly defaults: Answers; readonly path: string } {
  throwIfAborted(signal);
  assertOptions(options);
  assertDirectoryName(options.directory);
  const path = locateTarget(options.directory, workingDirectory, home);
  const name = basename(path);
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
  { reporter, signal }: Run,
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

async function write(
  target: Target,
  actions: readonly PlannedAction[],
  { reporter, signal }: Run,
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
