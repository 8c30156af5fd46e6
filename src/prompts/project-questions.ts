import {
  OWN_CHOICE,
  adapterChoices,
  featureChoices,
  packageManagerChoices,
  presetChoices,
} from './choices.ts';
import type { RunContext } from '../context.ts';
import type { Question } from './converse.ts';
import { adapterNames, choosableFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { DEFAULTS } from '../options/options.ts';
import type { Given, OptionKey } from '../options/options.ts';
import { messageOf, problemOf } from './place-questions.ts';
import { yesOrNo } from './question.ts';
import { selectionOf } from '../options/selection.ts';

/** The questions about what the project is. */
export function projectQuestions(
  given: Given,
  features: readonly Feature[],
  run: RunContext,
): readonly Question[] {
  const choosable = choosableFeatures(features);
  return [
    {
      ...choice('preset'),
      when: () => given.features === undefined,
      form: () => ({
        kind: 'one',
        message: messageOf('preset'),
        choices: presetChoices(choosable),
        default: DEFAULTS.preset,
      }),
    },
    featuresQuestion(given, features),
    {
      ...choice('packageManager'),
      form: () => ({
        kind: 'one',
        message: messageOf('packageManager'),
        ...packageManagerChoices(given, run),
      }),
    },
    // Who wants the project verified wants it installed.
    { ...confirmed('install', DEFAULTS.install), when: () => !given.verify },
    confirmed('git', DEFAULTS.git),
    {
      ...choice('adapter'),
      // With `none` alone there is nothing to choose.
      when: () => adapterNames(features).length > 1,
      form: () => ({
        kind: 'one',
        message: messageOf('adapter'),
        choices: adapterChoices(features),
        default: DEFAULTS.adapter,
      }),
    },
  ];
}

function featuresQuestion({ withoutFeatures = [] }: Given, features: readonly Feature[]): Question {
  const offered = choosableFeatures(features).filter(({ name }) => !withoutFeatures.includes(name));
  return {
    ...choice('features'),
    when: ({ preset }) => preset === OWN_CHOICE,
    form: () => ({
      kind: 'many',
      message: messageOf('features'),
      choices: featureChoices(offered),
      default: offered
        .filter(({ presets }) => presets.includes(DEFAULTS.preset))
        .map(({ name }) => name),
      check: (names) =>
        problemOf(() =>
          selectionOf({ features: names as readonly string[], withoutFeatures }, features),
        ),
    }),
  };
}

function choice(key: OptionKey): { readonly name: OptionKey; readonly message: string } {
  return { name: key, message: messageOf(key) };
}

/** A question for yes or no. */
export function confirmed(key: OptionKey, fallback: boolean): Question {
  return { ...choice(key), form: () => yesOrNo(messageOf(key), fallback) };
}
