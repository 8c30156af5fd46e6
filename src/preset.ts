import { CreateError } from './errors.ts';
import { choiceHint, contradiction, optionProblem } from './option-value.ts';
import { SHARED_OPTIONS, flagOf, optionOf } from './options.ts';
import type { Given, OptionKey } from './options.ts';
import type { OptionRow } from './option-row.ts';
import { presetName } from './preset-file.ts';
import { sameValue } from './replay.ts';
import { JsonProblem, parseStrictJson } from './strict-json.ts';
import { didYouMean } from './suggest.ts';
import { shortened } from './text.ts';

/** Options of the command line and of a preset file together, and what a person should know of it. */
export interface Merged {
  readonly options: Given;
  readonly notes: readonly string[];
}

/**
 * Understands the text of a preset file: an object with options of the API. `$schema` is for editors.
 * @throws CreateError INVALID_OPTION, which never shows a value.
 */
export function parsePreset(text: string, source: string): Given {
  const data = parseJson(text, source);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw invalidPreset(source, 'is not an object in braces');
  const { $schema: _schema, ...given } = data as Record<string, unknown>;
  for (const [key, value] of Object.entries(given)) {
    const option = SHARED_OPTIONS.find((candidate) => candidate.key === key);
    if (option === undefined) throw unknownKey(key, source);
    const problem = optionProblem(option, value);
    if (problem === undefined) continue;
    const word = typeof value === 'string' ? value : '';
    const hint = option.choices && choiceHint(word, option.choices);
    throw invalidPreset(source, `has a "${key}" that ${problem}`, hint);
  }
  return given;
}

/**
 * Puts the flags over the file: what is given twice is taken from the flags, and a note says so.
 * @throws CreateError INVALID_OPTION where both name a preset, on which the rest of the file builds.
 */
export function overPreset(flags: Given, file: Given, source: string): Merged {
  const name = presetName(source);
  if (flags.preset && file.preset && flags.preset !== file.preset)
    throw contradiction(`--preset ${flags.preset}`, `the preset ${file.preset} of ${name}`);
  const { features, withoutFeatures = [] } = flags;
  const asked = file.features?.filter((feature) => !withoutFeatures.includes(feature));
  const left = file.withoutFeatures?.filter((feature) => !features?.includes(feature));
  const options = {
    ...file,
    ...flags,
    features: features ?? asked,
    withoutFeatures: [...new Set([...(left ?? []), ...withoutFeatures])],
  };
  const lost = (Object.keys(file) as (keyof Given)[]).filter((key) => !holds(file, options, key));
  return { options, notes: lost.map((key) => noteOf(key, flags, name)) };
}

// A name more that is left out takes nothing from the file.
function holds(file: Given, options: Given, key: keyof Given): boolean {
  if (key !== 'withoutFeatures') return sameValue(file[key], options[key]);
  return file.withoutFeatures!.every((name) => options.withoutFeatures!.includes(name));
}

function noteOf(key: keyof Given, flags: Given, name: string): string {
  const winner = flags[key] === undefined ? OPPOSITES[key] : key;
  const option = optionOf(winner ?? key);
  const flag = flags[option.key as keyof Given] === false ? option.negative : flagOf(option);
  return `${flag} wins over "${key}" in ${name}`;
}

const OPPOSITES: { readonly [Key in OptionKey]?: OptionKey } = {
  features: 'withoutFeatures',
  withoutFeatures: 'features',
};

function parseJson(text: string, source: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw invalidPreset(source, error.message);
  }
}

function unknownKey(key: string, source: string): CreateError {
  const known = SHARED_OPTIONS.map((option: OptionRow) => option.key);
  const near = didYouMean(key.slice(0, 60), known);
  const hint = `${near}Known: ${known.join(', ')}.`;
  return invalidPreset(source, `has an unknown key ${shortened(key)}`, hint);
}

function invalidPreset(
  source: string,
  problem: string,
  hint = 'create-chat-backend schema prints what a preset file may say.',
): CreateError {
  return new CreateError(
    'INVALID_OPTION',
    `the preset file ${presetName(source)} ${problem}`,
    hint,
  );
}
