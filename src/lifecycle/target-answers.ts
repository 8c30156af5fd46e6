import { CreateError } from '../errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { shortened } from '../lib/text.ts';
import { assertPackageName } from '../options/names.ts';
import { assertOption } from '../options/option-value.ts';
import { optionOf } from '../options/options.ts';
import { SETTABLE } from '../options/record.ts';
import type { RecordedAnswers, SettableAnswers } from '../options/record.ts';
import { selectionOf } from '../options/selection.ts';
import { NAME } from '../package.ts';
import { adapterNames, choosableFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';

/** Answers with these features more, and all that they require. @throws CreateError INVALID_OPTION. */
export function withFeatures(
  answers: RecordedAnswers,
  names: readonly string[],
  all: readonly Feature[],
): RecordedAnswers {
  if (names.length === 0)
    throw noneNamed(all.filter(({ name }) => !answers.features.includes(name)));
  for (const name of names) assertFeature(name, all, name);
  return withExactly(answers, [...answers.features, ...names], all);
}

/** Answers without these features. @throws CreateError INVALID_OPTION where another one requires one. */
export function withoutFeatures(
  answers: RecordedAnswers,
  names: readonly string[],
  all: readonly Feature[],
): RecordedAnswers {
  if (names.length === 0)
    throw noneNamed(all.filter(({ name }) => answers.features.includes(name)));
  for (const name of names) assertFeature(name, all, 'none');
  const left = answers.features.filter((name) => !names.includes(name));
  const target = withExactly(answers, left, all);
  const still = names.find((name) => target.features.includes(name));
  if (still === undefined) return target;
  const needs = all.find(({ name, requires }) => left.includes(name) && requires.includes(still));
  throw new CreateError(
    'INVALID_OPTION',
    `${still} cannot be removed: ${needs?.name} requires it`,
    `Type: ${NAME} remove ${still} ${needs?.name}`,
  );
}

/** Answers with other values. @throws CreateError INVALID_OPTION for an impossible one. */
export function withAnswers(
  answers: RecordedAnswers,
  values: SettableAnswers,
  all: readonly Feature[],
): RecordedAnswers {
  const odd = Object.keys(values).find((key) => !SETTABLE.some((name) => name === key));
  if (odd !== undefined)
    throw new CreateError(
      'INVALID_OPTION',
      `${shortened(odd)} is nothing that can be set`,
      `${didYouMean(odd, SETTABLE)}What can be set: ${SETTABLE.join(', ')}.`,
    );
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) assertOption(optionOf(key as keyof SettableAnswers), value);
  const target = { ...answers, ...(Object.fromEntries(given) as Partial<RecordedAnswers>) };
  assertPackageName(target.packageName, 'flag');
  return withExactly(target, target.features, all);
}

// What there is to choose from, a line each.
function noneNamed(offered: readonly Feature[]): CreateError {
  const features = choosableFeatures(offered);
  const width = Math.max(...features.map(({ name }) => name.length));
  const lines = features.map(({ name, summary }) => `\n    ${name.padEnd(width)}  ${summary}`);
  const hint = features.length === 0 ? 'There is none left.' : `Name some:${lines.join('')}`;
  return new CreateError('INVALID_OPTION', 'no feature is named', hint);
}

/** Answers with these features, and all that they require. */
export function withExactly(
  answers: RecordedAnswers,
  features: readonly string[],
  all: readonly Feature[],
): RecordedAnswers {
  return { ...answers, ...selectionOf({ features, adapter: answers.adapter }, all) };
}

function assertFeature(name: string, all: readonly Feature[], adapter: string): void {
  const known = choosableFeatures(all).map((feature) => feature.name);
  if (known.includes(name)) return;
  if (name !== 'none' && adapterNames(all).includes(name))
    throw new CreateError(
      'INVALID_OPTION',
      `${name} is the adapter, which is chosen by an answer of its own`,
      `Type: ${NAME} set adapter=${adapter}`,
    );
  throw new CreateError(
    'INVALID_OPTION',
    `there is no feature ${shortened(name)}`,
    `${didYouMean(name, known)}Features: ${known.join(', ')}.`,
  );
}
