import { inspect } from 'node:util';
import { CreateError } from '../errors.ts';
import { SHARED_OPTIONS, flagOf } from './options.ts';
import type { OptionRow } from './option-row.ts';
import { didYouMean } from '../lib/suggest.ts';
import { visible } from '../lib/text.ts';

/** What is wrong with a value, as the end of a sentence, or undefined. */
export function optionProblem(option: OptionRow, value: unknown): string | undefined {
  return typeProblem(option, value) ?? option.problem?.(value as never);
}

/** Refuses a value that an option cannot have. @throws CreateError INVALID_OPTION. */
export function assertOption(option: OptionRow, value: unknown): void {
  if (value === undefined) return;
  const problem = optionProblem(option, value);
  const text = typeof value === 'string' ? value : inspect(value, { breakLength: Infinity });
  if (problem !== undefined) throw invalidOption(option, text, problem);
}

/** The error for a value that an option cannot have; `problem` is the end of a sentence. */
export function invalidOption(
  option: OptionRow,
  text: string,
  problem: string,
  choices = option.choices,
): CreateError {
  const shown = option.secret || text.length > 60 ? '' : ` ${visible(text)}`;
  const hint = choices
    ? choiceHint(text, choices)
    : `Type: ${flagOf(option)} ${option.example ?? ''}`;
  return new CreateError('INVALID_OPTION', `${flagOf(option)}${shown} ${problem}`, hint.trimEnd());
}

/** The hint for a word that is none of the choices. */
export function choiceHint(word: string, choices: readonly string[]): string {
  return `${didYouMean(word, choices)}Choose one of: ${choices.join(', ')}.`;
}

/** The error for a key that is no option of the API; the message is the caller's. */
export function unknownKey(key: string, message: string): CreateError {
  const known = SHARED_OPTIONS.map((option) => option.key);
  const hint = `${didYouMean(key.slice(0, 60), known)}Known options: ${known.join(', ')}.`;
  return new CreateError('INVALID_OPTION', message, hint);
}

/** The error for two options that cannot both hold. */
export function contradiction(one: string, other: string): CreateError {
  return new CreateError(
    'INVALID_OPTION',
    `${one} and ${other} contradict each other`,
    'Leave one of the two out.',
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
  const types = { text: 'string', file: 'string', adapter: 'string', port: 'number' } as const;
  const expected = option.kind === 'switch' ? 'boolean' : types[option.kind];
  return typeof value === expected ? undefined : `is not a ${expected}`;
}
