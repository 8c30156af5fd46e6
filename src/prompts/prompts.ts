import { CreateError } from '../errors.ts';
import type { RunContext } from '../context.ts';
import { converse } from './converse.ts';
import type { Known, Question } from './converse.ts';
import type { Feature } from '../templates/features.ts';
import type { CreateOptions, Given, PackageManager } from '../options/options.ts';
import { lookAt, messageOf, placeQuestions } from './place-questions.ts';
import { projectQuestions } from './project-questions.ts';
import { BACK, yesOrNo } from './question.ts';
import type { Asker } from './question.ts';
import { settingQuestions } from './setting-questions.ts';
import { optionsOf, summaryOf } from './summary.ts';
import type { CreateResult } from '../result.ts';
import { assertFree } from '../write/target.ts';
import { scriptCommand } from '../steps/verify.ts';

/** Makes what asks, when there is something to ask. */
export type OpenAsker = () => Promise<Asker>;

/**
 * Asks, at a terminal, for what is missing; what is given is not asked. Where something was asked,
 * the person confirms the whole before anything happens.
 * @throws CreateError ABORTED on Ctrl-C or the signal, TARGET_IN_THE_WAY when the directory cannot be used.
 */
export async function askForMissing(
  given: Given,
  features: readonly Feature[],
  run: RunContext,
  open: OpenAsker,
): Promise<CreateOptions> {
  if (given.directory !== undefined) {
    const target = await lookAt(given.directory, run);
    if (given.onConflict !== undefined) assertFree(target, given.onConflict);
  }
  const known = await converse(allQuestions(given, features, run), given, open).catch(
    (error: unknown) => rethrow(error),
  );
  return optionsOf(known);
}

/** Every question before the work, in their order. */
export function allQuestions(
  given: Given,
  features: readonly Feature[],
  run: RunContext,
): readonly Question[] {
  const questions = [
    ...placeQuestions(given, run),
    ...projectQuestions(given, features, run),
    ...settingQuestions(run),
  ];
  const isAsked = (known: Known): boolean =>
    questions.some(({ name }) => known[name] !== undefined && !Object.hasOwn(given, name));
  return [...questions, confirmation(features, run, isAsked)];
}

function confirmation(
  features: readonly Feature[],
  run: RunContext,
  when: (known: Known) => boolean,
): Question {
  const message = 'Make this project?';
  return {
    name: 'confirmed',
    message,
    when,
    form: (known) => ({
      kind: 'one',
      message,
      details: summaryOf(known, features, run),
      choices: [
        { value: true, label: known['dryRun'] ? 'Yes, show what would be written' : 'Yes' },
        { value: BACK, label: 'Go back one question' },
      ],
      default: true,
    }),
  };
}

/**
 * Asks whether a finished project is started.
 * @throws CreateError ABORTED on Ctrl-C or the signal.
 */
export async function askToStart(result: CreateResult, open: OpenAsker): Promise<boolean> {
  const question = startQuestion(result.answers.packageManager);
  const { start } = await converse([question], {}, open).catch((error: unknown) =>
    rethrow(error, `The project is complete: ${result.path}.`),
  );
  return start === true;
}

/** The question after the work. */
export function startQuestion(packageManager: PackageManager): Question {
  const message = messageOf('start');
  const details = [`${scriptCommand(packageManager, 'dev')}, until Ctrl-C`];
  return { name: 'start', message, form: () => ({ ...yesOrNo(message, true), details }) };
}

function rethrow(error: unknown, hint = 'Nothing was written.'): never {
  if (!(error instanceof Error) || !/^(?:Exit|Abort)PromptError$/.test(error.name)) throw error;
  throw new CreateError('ABORTED', 'cancelled', hint, { cause: error });
}
