import { basename } from 'node:path';
import { SECOND_README } from '../write/conflicts.ts';
import type { PlannedAction } from '../write/planned-action.ts';
import { skipped } from './git.ts';
import { loadFeatures } from '../templates/features.ts';
import { TEMPLATES, VERSION } from '../package.ts';
import { pathNotes } from './path-notes.ts';
import { nextSteps } from './next-steps.ts';
import type { Outcomes, Project } from './project.ts';
import { replayCommand } from '../options/replay.ts';
import { NOT_VERIFIED } from './verify.ts';
import { presetWith } from '../options/selection.ts';
import type { CreateResult } from '../result.ts';
import { isProject } from '../write/target.ts';
import type { Target } from '../write/target.ts';
import { listed } from '../lib/text.ts';

/** The result of a run; without outcomes, of one that only said what it would do. */
export function toResult(project: Project, outcomes: Outcomes = notRun(project)): CreateResult {
  const { databaseUri: _secret, ...answers } = project.answers;
  return {
    dryRun: answers.dryRun,
    path: project.target.path,
    packageName: answers.packageName,
    version: VERSION,
    answers,
    files: project.actions.map(
      ({ file: _file, appendedLines: _appendedLines, isSame: _isSame, ...action }) => action,
    ),
    ...outcomes,
    replay: replayCommand({
      answers: project.answers,
      defaults: project.defaults,
      version: VERSION,
      runner: project.runner,
      preset: presetWith(project.answers, loadFeatures(TEMPLATES)),
    }),
    nextSteps: nextSteps(project.answers, outcomes),
    warnings: warnings(project),
  };
}

function notRun({ installCommand }: Project): Outcomes {
  return {
    install: { status: 'skipped', command: installCommand, code: null },
    git: skipped('nothing is written'),
    verify: NOT_VERIFIED,
  };
}

function warnings({ answers, defaults, target, actions, notes }: Project): readonly string[] {
  const kept = keptEntries(target, actions);
  const isThere = (path: string, action: string): boolean =>
    actions.some((found) => found.path === path && found.action === action);
  const same = actions.filter(({ isSame }) => isSame).length;
  const isDerived =
    answers.packageName === defaults.packageName && answers.packageName !== basename(target.path);
  return [
    ...target.leftovers.map(
      (path) => `${path} is left of a run that was killed; remove it if none is running`,
    ),
    ...(isDerived
      ? [`the package name is ${answers.packageName}: package names have no upper-case letters`]
      : []),
    ...pathNotes(target.path),
    ...(isProject(target)
      ? ['a project was here already: create-chat-backend update keeps what you have edited']
      : []),
    ...notes,
    ...(same > 0 ? [`${same} files were there with the same content already`] : []),
    ...(kept.length > 0 ? [`kept as they were: ${listed(kept)}`] : []),
    ...(isThere(SECOND_README, 'create')
      ? [`README.md is yours and stays; that of the project is ${SECOND_README}`]
      : []),
    ...(isThere('.env', 'keep') ? ['.env was there already: compare it with .env.example'] : []),
    ...(answers.databaseUri === ''
      ? []
      : ['the connection string is in .env only; the replay command leaves it out']),
  ];
}

// What was there and is untouched: planned files that are kept, and entries nobody planned.
function keptEntries(target: Target, actions: readonly PlannedAction[]): readonly string[] {
  const ours = actions.filter(
    ({ action, isSame }) => isSame || action === 'overwrite' || action === 'append',
  );
  const entries = [...target.harmless, ...target.foreign].filter(
    (entry) => !ours.some(({ path }) => path === entry || path.startsWith(`${entry}/`)),
  );
  const files = actions.filter(({ action, isSame }) => action === 'keep' && !isSame);
  return [...new Set([...entries, ...files.map(({ path }) => path)])].sort();
}
