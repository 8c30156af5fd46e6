import { CreateError } from '../errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { shown } from '../lib/text.ts';
import { flagOf, optionOf } from '../options/options.ts';
import { choiceHint, optionProblem } from '../options/option-value.ts';
import { packageNameProblem } from '../options/package-name.ts';
import { SETTABLE } from '../options/record.ts';
import type { SettableAnswers } from '../options/record.ts';
import { parsePort } from '../options/values.ts';
import { NAME } from '../package.ts';

const KEYS = new Map(SETTABLE.map((key) => [flagOf(optionOf(key)).slice('--'.length), key]));

/** What can be set, in the words of a command line. */
export const SET_NAMES: readonly string[] = [...KEYS.keys()];
const KNOWN = `What can be set: ${SET_NAMES.join(', ')}.`;

/**
 * Understands the words of `set`, each a name, `=` and a value.
 * @throws CreateError USAGE, INVALID_OPTION; a value that may be secret is never shown.
 */
export function parseSetWords(
  words: readonly string[],
  adapters: readonly string[],
): SettableAnswers {
  const values = new Map<string, unknown>();
  for (const word of words) {
    const [name = '', ...rest] = word.split('=');
    const key = KEYS.get(name);
    if (key === undefined) throw notSettable(name);
    if (rest.length === 0)
      throw usage(`${name} has no value`, `Type: ${NAME} set ${name}=<value>. ${KNOWN}`);
    if (values.has(key)) throw usage(`${name} is set twice`, 'Leave one of the two out.');
    values.set(key, valueOf(name, key, rest.join('='), adapters));
  }
  if (values.size > 0) return Object.fromEntries(values);
  throw usage('nothing is said to set', `For example: ${NAME} set port=4000. ${KNOWN}`);
}

function valueOf(
  name: string,
  key: keyof SettableAnswers,
  text: string,
  adapters: readonly string[],
): unknown {
  const value = key === 'port' ? (parsePort(text) ?? Number.NaN) : text;
  const option = optionOf(key);
  const choices = key === 'adapter' ? adapters : option.choices;
  const isNoChoice = choices !== undefined && !choices.includes(text);
  const nameProblem = key === 'packageName' ? packageNameProblem(text) : undefined;
  const problem = isNoChoice ? 'is not one of the choices' : nameProblem;
  const wrong = problem ?? optionProblem(option, value);
  if (wrong === undefined) return value;
  const hint = choices ? choiceHint(text, choices) : KNOWN;
  throw new CreateError('INVALID_OPTION', `${name}=${shown(text)} ${wrong}`, hint);
}

function notSettable(name: string): CreateError {
  if (name === 'features')
    return usage(
      'features are not set: they are added and removed',
      `Type: ${NAME} add <feature>, or ${NAME} remove <feature>. ${KNOWN}`,
    );
  if (name === 'database-uri')
    return usage('database-uri is in .env alone', `Write it there. ${KNOWN}`);
  return usage(
    `${shown(name)} is nothing that can be set`,
    `${didYouMean(name, KEYS.keys())}${KNOWN}`,
  );
}

function usage(message: string, hint: string): CreateError {
  return new CreateError('USAGE', message, hint);
}
