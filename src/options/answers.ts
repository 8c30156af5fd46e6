import { CreateError } from '../errors.ts';
import type { Feature } from '../templates/features.ts';
import { assertOption, contradiction, unknownKey } from './option-value.ts';
import { DEFAULTS, SHARED_OPTIONS } from './options.ts';
import type { Answers, CreateOptions } from './options.ts';
import { selectionOf } from './selection.ts';
import { shortened } from '../lib/text.ts';

/**
 * Decides every option: what is given, else its default.
 * @throws CreateError INVALID_OPTION for an unknown feature or a contradiction.
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
    start: false,
    packageName: nameOfDirectory,
    ...definedOf(options),
    ...selectionOf(options, features),
  };
  if (answers.verify && !answers.install) throw contradiction('--verify', '--no-install');
  if (answers.start && !answers.install) throw contradiction('--start', '--no-install');
  return answers;
}

/**
 * Refuses unknown options and values of the wrong type or form, before anything else happens.
 * @throws CreateError INVALID_OPTION.
 */
export function assertOptions(given: Readonly<Record<string, unknown>>): void {
  const known = new Map(SHARED_OPTIONS.map((option) => [option.key, option]));
  for (const key of Object.keys(given)) {
    const option = known.get(key);
    if (option) assertOption(option, given[key]);
    else throw unknownKey(key, `unknown option ${shortened(key)}`);
  }
  if (given['directory'] !== undefined) return;
  throw new CreateError(
    'INVALID_OPTION',
    'the directory is missing',
    'Say where the project goes, for example: create-chat-backend my-app',
  );
}

// A caller may pass undefined for what it leaves open.
function definedOf(options: CreateOptions): {
  [Key in keyof CreateOptions]: Exclude<CreateOptions[Key], undefined>;
} {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ReturnType<typeof definedOf>;
}
