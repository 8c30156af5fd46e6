import { CreateError } from '../errors.ts';
import { choiceHint, contradiction, optionProblem, unknownKey } from '../options/option-value.ts';
import { SHARED_OPTIONS, flagOf, optionOf } from '../options/options.ts';
import type { Given, OptionKey } from '../options/options.ts';
import { RecordProblem, isRecord, parseRecord, recordNotes } from './parse-record.ts';
import { configFileName } from './read.ts';
import { sameValue } from '../options/replay.ts';
import { JsonProblem, parseStrictJson } from './strict-json.ts';
import { shortened } from '../lib/text.ts';

/** Options of a config file, or of the command line too, and what a person should know of them. */
export interface Merged {
  readonly options: Given;
  readonly notes: readonly string[];
}

/**
 * Understands the text of a config file: an object with options of the API, or the record of a
 * project, which `templates`, the digest of ours, is held against.
 * @throws CreateError INVALID_OPTION, which never shows a value.
 */
export function parseConfigFile(text: string, source: string, templates: string): Merged {
  const data = parseJson(text, source);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw invalidConfigFile(source, 'is not an object in braces');
  if (!isRecord(data)) return { options: optionsOf(data, source), notes: [] };
  try {
    const record = parseRecord(data);
    return {
      options: record.answers,
      notes: recordNotes(record, templates, configFileName(source)),
    };
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    const hint = 'It is the record of a project: put it back as it was, for example from git.';
    throw invalidConfigFile(source, error.message, hint);
  }
}

// `$schema` is for editors.
function optionsOf(data: object, source: string): Given {
  const { $schema: _schema, ...given } = data as Record<string, unknown>;
  for (const [key, value] of Object.entries(given)) {
    const option = SHARED_OPTIONS.find((candidate) => candidate.key === key);
    if (option === undefined)
      throw unknownKey(key, messageOf(source, `has an unknown key ${shortened(key)}`));
    const problem = optionProblem(option, value);
    if (problem === undefined) continue;
    const word = typeof value === 'string' ? value : '';
    const hint = option.choices && choiceHint(word, option.choices);
    throw invalidConfigFile(source, `has a "${key}" that ${problem}`, hint);
  }
  return given;
}

/**
 * Puts the flags over the file: what is given twice is taken from the flags, and a note says so.
 * @throws CreateError INVALID_OPTION where both name a preset, on which the rest of the file builds.
 */
export function mergeWithConfigFile(
  flags: Given,
  { options: file, notes }: Merged,
  source: string,
): Merged {
  const name = configFileName(source);
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
  return { options, notes: [...notes, ...lost.map((key) => noteOf(key, flags, name))] };
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
    if (/^<{7}(?: |$)/m.test(text))
      throw invalidConfigFile(
        source,
        'has the conflict markers of a merge',
        'Keep what both sides have, one line a feature.',
      );
    throw invalidConfigFile(source, error.message);
  }
}

function invalidConfigFile(
  source: string,
  problem: string,
  hint = 'create-chat-backend schema prints what a preset file may say.',
): CreateError {
  return new CreateError('INVALID_OPTION', messageOf(source, problem), hint);
}

function messageOf(source: string, problem: string): string {
  return `the preset file ${configFileName(source)} ${problem}`;
}
