import type { PlannedAction } from './conflicts.ts';
import { skipped } from './git.ts';
import { installCommand } from './install.ts';
import type { Answers } from './options.ts';
import { VERSION } from './package.ts';
import { quote, replayCommand } from './replay.ts';
import { NOT_VERIFIED, scriptCommand } from './verify.ts';
import type { CreateResult, GitOutcome, InstallOutcome, VerifyOutcome } from './result.ts';
import type { Target } from './target.ts';
import { listed } from './text.ts';

/** A project as it is known before anything is installed. */
export interface Project {
  readonly answers: Answers;
  readonly target: Target;
  readonly actions: readonly PlannedAction[];
  /** What the answers would be had only the directory been given. */
  readonly defaults: Answers;
}

/** What happened after the files were written. */
export interface Outcomes {
  readonly install: InstallOutcome;
  readonly git: GitOutcome;
  readonly verify: VerifyOutcome;
}

/** The result of a run; without outcomes, of one that only said what it would do. */
export function toResult(project: Project, outcomes: Outcomes = notRun(project)): CreateResult {
  const { databaseUri: _secret, ...answers } = project.answers;
  return {
    dryRun: answers.dryRun,
    path: project.target.path,
    packageName: answers.packageName,
    version: VERSION,
    answers,
    files: project.actions.map(({ file: _file, tail: _tail, ...action }) => action),
    ...outcomes,
    replay: replayCommand({
      answers: project.answers,
      defaults: project.defaults,
      version: VERSION,
    }),
    nextSteps: nextSteps(project.answers, outcomes),
    warnings: warnings(project),
  };
}

function notRun({ answers }: Project): Outcomes {
  return {
    install: { status: 'skipped', command: installCommand(answers.packageManager), code: null },
    git: skipped('nothing is written'),
    verify: NOT_VERIFIED,
  };
}

const FIRST_COMMIT = "git commit --message 'First commit'";

const GIT_STEPS: Readonly<Record<GitOutcome['status'], readonly string[]>> = {
  committed: [],
  skipped: [],
  staged: [FIRST_COMMIT],
  failed: ['git init', 'git add --all', FIRST_COMMIT],
};

function nextSteps(answers: Answers, { install, git, verify }: Outcomes): readonly string[] {
  const { directory, packageManager } = answers;
  const enter = /^\.?[/\\]*$/.test(directory) ? [] : [`cd ${quote(directory)}`];
  return [
    ...enter,
    ...(install.status === 'done' ? [] : [install.command]),
    ...(verify.status === 'failed' && verify.command ? [verify.command] : []),
    ...GIT_STEPS[git.status],
    scriptCommand(packageManager, 'dev'),
  ];
}

function warnings({ answers, target, actions }: Project): readonly string[] {
  const kept = keptEntries(target, actions);
  const ownEnv = actions.some(({ path, action }) => path === '.env' && action === 'keep');
  return [
    ...target.leftovers.map(
      (path) => `${path} is left of a run that was killed; remove it if none is running`,
    ),
    ...(kept.length > 0 ? [`kept as they were: ${listed(kept)}`] : []),
    ...(ownEnv ? ['.env was there already: compare it with .env.example'] : []),
    ...(answers.databaseUri === ''
      ? []
      : ['the connection string is in .env only; the replay command leaves it out']),
  ];
}

// What was there and is untouched: planned files that are kept, and entries nobody planned.
function keptEntries(target: Target, actions: readonly PlannedAction[]): readonly string[] {
  const changed = actions.filter(({ action }) => action === 'overwrite' || action === 'append');
  const entries = [...target.harmless, ...target.foreign].filter(
    (entry) => !changed.some(({ path }) => path === entry || path.startsWith(`${entry}/`)),
  );
  const files = actions.filter(({ action }) => action === 'keep').map(({ path }) => path);
  return [...new Set([...entries, ...files])].sort();
}
