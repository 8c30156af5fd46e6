import { inspect } from 'node:util';
import { CreateError } from './errors.ts';
import { selectFeatures } from './features.ts';
import type { Feature } from './features.ts';
import { DEFAULTS, OPTIONS, flagOf } from './options.ts';
import type { OptionRow } from './option-row.ts';
import type { Answers, CreateOptions } from './options.ts';
import { visible } from './text.ts';
import { didYouMean } from './suggest.ts';

/**
 * Decides every option: what is given, else its default.
 * @throws CreateError INVALID_OPTION.
 */
export function resolveAnswers(
  options: CreateOptions,
  nameOfDirectory: string,
  features: readonly Feature[],
): Answers {
  const {
    preset: _preset,
    withoutFeatures: _withoutFeatures,
    ...answers
  } = {
    ...DEFAULTS,
    packageName: nameOfDirectory,
    ...definedOf(options),
    features: wantedFeatures(options, features),
  };
  return answers;
}

/**
 * Refuses unknown options and values of the wrong type or form, before anything else happens.
 * @throws CreateError INVALID_OPTION.
 */
export function assertOptions(given: Readonly<Record<string, unknown>>): void {
  const known = new Map(everywhere().map((option) => [option.key, option]));
  for (const key of Object.keys(given)) {
    const option = known.get(key);
    if (option) assertOption(option, given[key]);
    else throw unknownKey(key, [...known.keys()]);
  }
  if (given['directory'] !== undefined) return;
  throw new CreateError(
    'INVALID_OPTION',
    'the directory is missing',
    'Say where the project goes, for example: create-chat-backend my-app',
  );
}

/** Refuses a value that an option cannot have. @throws CreateError INVALID_OPTION. */
export function assertOption(option: OptionRow, value: unknown): void {
  if (value === undefined) return;
  const problem = typeProblem(option, value) ?? option.problem?.(value as never);
  const text = typeof value === 'string' ? value : inspect(value, { breakLength: Infinity });
  if (problem !== undefined) throw invalidOption(option, text, problem);
}

/** The error for a value that an option cannot have; `problem` is the end of a sentence. */
export function invalidOption(option: OptionRow, text: string, problem: string): CreateError {
  const shown = option.secret || text.length > 60 ? '' : ` ${visible(text)}`;
  const hint = option.choices
    ? `${didYouMean(text, option.choices)}Choose one of: ${option.choices.join(', ')}.`
    : `Type: ${flagOf(option)} ${option.example ?? ''}`;
  return new CreateError('INVALID_OPTION', `${flagOf(option)}${shown} ${problem}`, hint.trimEnd());
}

function everywhere(): readonly OptionRow[] {
  return (OPTIONS as readonly OptionRow[]).filter((option) => !option.commandLineOnly);
}

// A caller may pass undefined for what it leaves open.
function definedOf(options: CreateOptions): {
  [Key in keyof CreateOptions]: Exclude<CreateOptions[Key], undefined>;
} {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ReturnType<typeof definedOf>;
}

function unknownKey(key: string, known: readonly string[]): CreateError {
  return new CreateError(
    'INVALID_OPTION',
    `unknown option ${visible(key)}`,
    `${didYouMean(key, known)}Known options: ${known.join(', ')}.`,
  );
}

function typeProblem(option: OptionRow, value: unknown): string | undefined {
  if (option.kind === 'choice') {
    return option.choices?.includes(value as string) ? undefined : 'is not one of the choices';
  }
  if (option.kind === 'list') {
    const texts = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    return texts ? undefined : 'is not a list of names';
  }
  const expected = { text: 'string', port: 'number', switch: 'boolean' }[option.kind];
  return typeof value === expected ? undefined : `is not a ${expected}`;
}

function wantedFeatures(given: CreateOptions, features: readonly Feature[]): readonly string[] {
  const left = new Set(given.withoutFeatures);
  const preset = given.preset ?? (given.features ? undefined : DEFAULTS.preset);
  const wanted = new Set(given.features);
  assertFeatureNames([...wanted, ...left], features);
  for (const feature of features) {
    if (preset && feature.presets.includes(preset) && !left.has(feature.name))
      wanted.add(feature.name);
  }
  const selected = selectFeatures(features, [...wanted]);
  for (const feature of selected) {
    if (left.has(feature.name)) throw stillNeeded(feature.name, given.features ?? [], selected);
  }
  return selected.map((feature) => feature.name).filter((name) => name !== 'base');
}

function assertFeatureNames(names: readonly string[], features: readonly Feature[]): void {
  const known = features.map((feature) => feature.name).filter((name) => name !== 'base');
  const odd = names.find((name) => !known.includes(name));
  if (odd === undefined) return;
  throw new CreateError(
    'INVALID_OPTION',
    `there is no feature ${visible(odd)}`,
    `${didYouMean(odd, known)}Features: ${known.join(', ')}.`,
  );
}

function stillNeeded(
  name: string,
  asked: readonly string[],
  selected: readonly Feature[],
): CreateError {
  if (asked.includes(name)) {
    return new CreateError(
      'INVALID_OPTION',
      `--features ${name} and --no-${name} contradict each other`,
      `Leave one of the two out.`,
    );
  }
  const needs = selected.find((feature) => feature.requires.includes(name))?.name ?? name;
  return new CreateError(
    'INVALID_OPTION',
    `${name} cannot be left out: ${needs} requires it`,
    `Leave out both: --no-${name} --no-${needs}`,
  );
}
