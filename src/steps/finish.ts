import { CreateError } from '../errors.ts';
import type { RunContext } from '../context.ts';
import { CANCELLED, commitProject, hasGit, skipped } from './git.ts';
import { assertPackageManager, install } from './install.ts';
import type { Answers, CreateOptions } from '../options/options.ts';
import { toResult } from './build-result.ts';
import type { Outcomes, Project } from './project.ts';
import type { CreateResult, GitOutcome, InstallOutcome, VerifyOutcome } from '../result.ts';
import { NOT_VERIFIED, verify } from './verify.ts';

const STATES = {
  committed: 'done',
  staged: 'skipped',
  skipped: 'skipped',
  failed: 'failed',
} as const satisfies Record<GitOutcome['status'], string>;

/**
 * Makes sure, before anything is written, that the programs a run needs are there.
 * @throws CreateError ENVIRONMENT; git is missed only by somebody who asked for it.
 */
export function assertTools(options: CreateOptions, answers: Answers, run: RunContext): void {
  if (answers.install) assertPackageManager(answers.packageManager, run.environment);
  if (options.git !== true || hasGit(run.environment)) return;
  throw new CreateError(
    'ENVIRONMENT',
    'git was not found on the PATH',
    'Install git, or leave --git out.',
  );
}

/**
 * Installs, commits and verifies a project that is written. Git comes after installing, so that the
 * lockfile is in the first commit, and before verifying, so that nothing else is.
 * @throws CreateError STEP_FAILED or ABORTED, with the project as its result.
 */
export async function finishProject(project: Project, run: RunContext): Promise<CreateResult> {
  const installed = await installStep(project, run);
  const committed = await gitStep(project, run);
  const verified = await verifyStep(project, installed, run);
  const outcomes = { install: installed, git: committed, verify: verified };
  const result = toResult(project, outcomes);
  const hint = [`The project is complete: ${result.path}.`, ...finishHint(result)].join(' ');
  if (run.signal?.aborted) {
    const details = { cause: run.signal.reason, result };
    throw new CreateError('ABORTED', 'cancelled after the project was written', hint, details);
  }
  const problem = firstProblem(outcomes);
  if (problem === undefined) return result;
  throw new CreateError('STEP_FAILED', problem, hint, { result });
}

function firstProblem({ install: installed, git, verify: verified }: Outcomes): string | undefined {
  const gitProblem = git.status === 'failed' ? git.reason : undefined;
  return installed.problem ?? gitProblem ?? verified.problem;
}

// The last of the next steps starts the server: not needed to be complete.
function finishHint({ nextSteps }: CreateResult): readonly string[] {
  const steps = nextSteps.slice(0, -1);
  const isMore = steps.some((step) => !step.startsWith('cd '));
  return isMore ? [['To finish, type:', ...steps].join('\n    ')] : [];
}

async function installStep(
  { answers, target, installCommand: command }: Project,
  run: RunContext,
): Promise<InstallOutcome> {
  if (!answers.install || run.signal?.aborted) return { status: 'skipped', command, code: null };
  run.reporter.begin('install', `installing the dependencies (${command})`);
  const outcome = await install(target.path, answers.packageManager, run);
  if (outcome.status === 'done') run.reporter.end('install', 'done', 'dependencies installed');
  else run.reporter.end('install', 'failed', outcome.problem ?? command);
  return outcome;
}

async function gitStep(project: Project, run: RunContext): Promise<GitOutcome> {
  const outcome = await makeRepository(project, run);
  if (project.answers.git) run.reporter.end('git', STATES[outcome.status], gitWords(outcome));
  return outcome;
}

async function makeRepository(
  { answers, target, actions }: Project,
  run: RunContext,
): Promise<GitOutcome> {
  if (!answers.git) return skipped('not asked for');
  if (run.signal?.aborted) return skipped(CANCELLED);
  if (!hasGit(run.environment)) return skipped('git was not found on the PATH');
  run.reporter.begin('git', 'making the first commit');
  const written = actions.filter((action) => action.action !== 'keep').map((action) => action.path);
  return commitProject({ root: target.path, files: written }, run);
}

function gitWords(outcome: GitOutcome): string {
  if (outcome.status === 'committed') return `first commit made (${outcome.commit?.slice(0, 7)})`;
  return outcome.status === 'failed' ? `${outcome.reason}` : `first commit: ${outcome.reason}`;
}

async function verifyStep(
  { answers, target }: Project,
  installed: InstallOutcome,
  run: RunContext,
): Promise<VerifyOutcome> {
  if (!answers.verify || run.signal?.aborted) return NOT_VERIFIED;
  if (installed.status !== 'done') {
    run.reporter.end('verify', 'skipped', 'verifying: the dependencies are not installed');
    return NOT_VERIFIED;
  }
  run.reporter.begin('verify', 'running the checks and the tests of the project');
  const outcome = await verify(target.path, answers.packageManager, run);
  if (outcome.status === 'done') run.reporter.end('verify', 'done', 'checks and tests passed');
  else run.reporter.end('verify', 'failed', outcome.problem ?? 'verifying failed');
  return outcome;
}
