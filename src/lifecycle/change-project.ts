import { CreateError } from '../errors.ts';
import type { RunContext } from '../context.ts';
import { listed } from '../lib/text.ts';
import { NAME, VERSION } from '../package.ts';
import type { InstallOutcome, LifecycleCommand, LifecycleResult, Notice } from '../result.ts';
import { assertPackageManager, install, installCommand } from '../steps/install.ts';
import type { ChangeOptions } from './change-options.ts';
import { hasOtherDependencies } from './dependencies.ts';
import { fileChangesOf, isWritten } from './file-changes.ts';
import { assertCommitted, indexOf, stageConflicts, workTreeOf } from './git.ts';
import { planChange } from './plan-change.ts';
import type { ChangeRequest, PlannedChange } from './plan-change.ts';
import type { Change } from './types.ts';
import { writeChanges } from './write-changes.ts';

/** A change of a project, and what is to be said of it. */
export interface CommandRequest extends ChangeRequest {
  readonly command: LifecycleCommand;
  readonly notices?: readonly Notice[];
  readonly warnings?: readonly string[];
}

/**
 * Changes a project as it was asked for, and installs where its dependencies have changed.
 * @throws CreateError CONFLICTS and STEP_FAILED with the result, when everything is written; with nothing
 * written UNCOMMITTED, UNFINISHED, ENVIRONMENT, RECORD, TARGET_IN_THE_WAY, FILE_SYSTEM.
 */
export async function changeProject(
  request: CommandRequest,
  options: ChangeOptions,
  run: RunContext,
): Promise<LifecycleResult> {
  const planned = await planChange(request, run.reporter);
  const result = resultOf(request, planned, options);
  const conflicts = planned.changes.filter((change) => change.conflicts > 0);
  if (conflicts.length > 0 && options.onConflict === 'stop')
    throw stoppedBy(conflicts, { ...result, dryRun: true });
  if (result.dryRun || !planned.changes.some(isWritten)) return result;
  const isInstalled = result.install !== null && options.install !== false;
  if (isInstalled) assertPackageManager(request.answers.packageManager, run.environment);
  await write(request, planned, options, run);
  const installed = isInstalled ? await installStep(request, run) : result.install;
  return finished(
    { ...result, install: installed, nextSteps: nextSteps(installed) },
    conflicts,
    run,
  );
}

function resultOf(
  { command, project, answers, notices = [], warnings = [] }: CommandRequest,
  planned: PlannedChange,
  { dryRun = false, diff = false }: ChangeOptions,
): LifecycleResult {
  const { root, record } = project;
  const { packageManager } = answers;
  const changed = packageManager !== record.answers.packageManager || hasOtherDependencies(planned);
  const skipped = {
    status: 'skipped',
    command: installCommand(packageManager),
    code: null,
  } as const;
  return {
    command,
    dryRun,
    path: root,
    packageName: answers.packageName,
    from: { version: record.version, answers: record.answers },
    to: { version: VERSION, answers },
    changes: fileChangesOf(planned.changes, planned.disk, diff),
    findings: [],
    notices,
    install: changed ? skipped : null,
    nextSteps: [],
    warnings,
  };
}

async function write(
  { project: { root } }: CommandRequest,
  { changes, disk }: PlannedChange,
  { allowDirty = false }: ChangeOptions,
  run: RunContext,
): Promise<void> {
  const written = changes.filter(isWritten);
  const workTree = await workTreeOf(root, run);
  const paths = written.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
  if (workTree && !allowDirty) await assertCommitted(workTree, paths);
  const hasConflicts = changes.some(({ conflicts }) => conflicts > 0);
  const index = workTree && hasConflicts ? await indexOf(workTree, changes) : '';
  run.reporter.begin('write', `changing ${written.length} files`);
  const conflictIndex = hasConflicts ? index : undefined;
  await writeChanges({ root, changes, disk, conflictIndex, signal: run.signal });
  if (workTree && hasConflicts) await stageConflicts(workTree, changes, index);
  run.reporter.end('write', 'done', `${written.length} files changed in ${root}`);
}

async function installStep(
  { project: { root }, answers: { packageManager } }: CommandRequest,
  run: RunContext,
): Promise<InstallOutcome> {
  const command = installCommand(packageManager);
  if (run.signal?.aborted) return { status: 'skipped', command, code: null };
  run.reporter.begin('install', `installing the dependencies (${command})`);
  const outcome = await install(root, packageManager, run);
  if (outcome.status === 'done') run.reporter.end('install', 'done', 'dependencies installed');
  else run.reporter.end('install', 'failed', outcome.problem ?? command);
  return outcome;
}

function nextSteps(installed: InstallOutcome | null): readonly string[] {
  return installed === null || installed.status === 'done' ? [] : [installed.command];
}

function finished(
  result: LifecycleResult,
  conflicts: readonly Change[],
  run: RunContext,
): LifecycleResult {
  const { install: installed } = result;
  const details = { changed: result };
  const hint = `The files are written: ${result.path}.`;
  if (run.signal?.aborted)
    throw new CreateError('ABORTED', 'cancelled after the files were written', hint, {
      ...details,
      cause: run.signal.reason,
    });
  if (conflicts.length > 0)
    throw new CreateError(
      'CONFLICTS',
      `changes of yours and of the template meet in ${namesOf(conflicts)}`,
      `Usually both have to survive: resolve them and commit, or take everything back: ${NAME} undo`,
      details,
    );
  if (installed?.status === 'failed')
    throw new CreateError(
      'STEP_FAILED',
      installed.problem ?? `${installed.command} failed`,
      `${hint} To finish, type: ${installed.command}`,
      details,
    );
  return result;
}

function stoppedBy(conflicts: readonly Change[], result: LifecycleResult): CreateError {
  return new CreateError(
    'CONFLICTS',
    `changes of yours and of the template would meet in ${namesOf(conflicts)}`,
    'Nothing is written. Without --on-conflict stop the files get markers.',
    { changed: result },
  );
}

function namesOf(changes: readonly Change[]): string {
  return listed(changes.map(({ path }) => path));
}
