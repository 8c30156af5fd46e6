import { CreateError } from '../errors.ts';
import type { Context } from '../context.ts';
import { SETTABLE } from '../options/record.ts';
import type { RecordedAnswers, SettableAnswers } from '../options/record.ts';
import { flagOf, optionOf } from '../options/options.ts';
import { quote } from '../options/replay.ts';
import { TEMPLATES } from '../package.ts';
import type { LifecycleResult } from '../result.ts';
import { loadFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { baseOf } from './base.ts';
import type { ChangeOptions } from './change-options.ts';
import { changeProject } from './change-project.ts';
import { openToChange } from './open-to-change.ts';
import { assertThisVersion } from './same-version.ts';
import { withAnswers, withFeatures, withoutFeatures } from './target-answers.ts';

/** Which features come or go. */
export interface FeatureOptions extends ChangeOptions {
  readonly features: readonly string[];
}

/** Which answers change. */
export interface AnswerOptions extends ChangeOptions {
  readonly answers: SettableAnswers;
}

interface Wish {
  readonly command: 'add' | 'remove' | 'set';
  /** What follows the command where it is typed. */
  readonly words: readonly string[];
  readonly target: (answers: RecordedAnswers, all: readonly Feature[]) => RecordedAnswers;
}

/**
 * Adds features to a project, with all that they require; what is there already is no mistake. Nothing
 * that its owner wrote is lost.
 * @throws CreateError with a code of the closed union ErrorCode; CONFLICTS carries the result.
 */
export async function addFeatures(
  { features, ...options }: FeatureOptions,
  context: Context = {},
): Promise<LifecycleResult> {
  assertNames(features);
  const target: Wish['target'] = (answers, all) => withFeatures(answers, features, all);
  return change({ command: 'add', words: features, target }, options, context);
}

/** Removes features from a project; what its owner has changed of them stays. @throws as addFeatures. */
export async function removeFeatures(
  { features, ...options }: FeatureOptions,
  context: Context = {},
): Promise<LifecycleResult> {
  assertNames(features);
  const target: Wish['target'] = (answers, all) => withoutFeatures(answers, features, all);
  return change({ command: 'remove', words: features, target }, options, context);
}

/** Changes answers of a project, such as its port. @throws as addFeatures. */
export async function setAnswers(
  { answers: values, ...options }: AnswerOptions,
  context: Context = {},
): Promise<LifecycleResult> {
  const words = SETTABLE.filter((key) => values[key] !== undefined).map((key) =>
    quote(`${flagOf(optionOf(key)).slice('--'.length)}=${values[key]}`),
  );
  const target: Wish['target'] = (answers, all) => withAnswers(answers, values, all);
  return change({ command: 'set', words, target }, options, context);
}

async function change(
  { command, words, target }: Wish,
  options: ChangeOptions,
  context: Context,
): Promise<LifecycleResult> {
  const { project, run } = await openToChange(options, context);
  assertThisVersion(project.record, [command, ...words].join(' '));
  const { base, warnings } = await baseOf(project, options.base, run);
  const answers = target(project.record.answers, loadFeatures(TEMPLATES));
  return changeProject({ command, project, base, answers, warnings }, options, run);
}

function assertNames(features: unknown): void {
  if (Array.isArray(features) && features.every((name) => typeof name === 'string')) return;
  throw new CreateError('INVALID_OPTION', 'features are not a list of names', 'Give such a list.');
}
