import type { Environment } from '../lib/environment.ts';
import { flagWords } from './flag-words.ts';
import { CreateError } from '../errors.ts';
import { PROJECT_COMMAND_NAMES } from './project-command-names.ts';
import { OPTIONS, flagOf } from '../options/options.ts';
import type { OptionRow } from '../options/option-row.ts';
import { callingPackageManager } from '../options/package-manager.ts';
import { NAME } from '../package.ts';
import { quote } from '../options/replay.ts';

// The command with a directory, and the --yes of an example.
const SUGGESTED = new RegExp(
  String.raw`${NAME} (?!-|(?:help|schema|completion|${PROJECT_COMMAND_NAMES.join('|')})\b)("[^"]*"|'[^']*'|[^\s,;]+)( --yes)?`,
  'g',
);

// Those that name how they are run are left.
const SUGGESTED_FOR_PROJECT = new RegExp(
  String.raw`(?<!npx )\b${NAME}(?= (?:${PROJECT_COMMAND_NAMES.join('|')})\b)`,
  'g',
);

/**
 * An error whose hint can be typed as it is: its commands are called as this run was, and have the
 * flags that were given to it. The hints themselves are those of the API, which knows no command line.
 */
export function withCompleteHint(
  error: CreateError,
  argv: readonly string[],
  environment: Environment,
): CreateError {
  const hint = asCalled(completeHint(error.hint, argv, environment), environment);
  if (hint === error.hint) return error;
  return new CreateError(error.code, error.message, hint, { cause: error, result: error.result });
}

/** A hint whose commands for a project are called as this run was. */
export function asCalled(hint: string, environment: Environment): string {
  const { words } = callOf(environment);
  return hint.replace(SUGGESTED_FOR_PROJECT, words.join(' '));
}

function completeHint(hint: string, argv: readonly string[], environment: Environment): string {
  const flags = givenFlags(argv);
  const { words, beforeFlags } = callOf(environment);
  return hint.replace(SUGGESTED, (_whole, directory: string, yes = '') => {
    const more = yes === '' || /^(?:-y|--yes)$/m.test(flags.join('\n')) ? [] : ['--yes'];
    const all = [...flags, ...more];
    const separator = all.length > 0 ? beforeFlags : [];
    return [...words, directory, ...separator, ...all].join(' ');
  });
}

/** The flags of a command line with their values, quoted; a secret is left to be filled in. */
function givenFlags(argv: readonly string[]): readonly string[] {
  const words = flagWords(argv);
  const flags: string[] = [];
  for (const [index, word] of words.entries()) {
    const before = rowOf(words[index - 1]);
    const isValue = before !== undefined && takesValue(before);
    if (isValue) flags.push(before.secret ? placeholder(before) : quote(word));
    else if (word.startsWith('-') && word !== '-') flags.push(withoutSecret(word));
  }
  return flags;
}

function withoutSecret(word: string): string {
  const [flag = word] = word.split('=', 1);
  const row = rowOf(flag);
  return row?.secret && flag !== word ? `${flag}=${placeholder(row)}` : quote(word);
}

function placeholder(row: OptionRow): string {
  return /<.*>/.exec(row.flag)?.[0] ?? '';
}

function rowOf(flag: string | undefined): OptionRow | undefined {
  if (flag === undefined || !flag.startsWith('--')) return undefined;
  return (OPTIONS as readonly OptionRow[]).find((row) => flagOf(row) === flag);
}

function takesValue({ kind, flag }: OptionRow): boolean {
  return kind !== 'switch' && flag.startsWith('-');
}

function callOf(environment: Environment): {
  readonly words: readonly string[];
  readonly beforeFlags: readonly string[];
} {
  const name = callingPackageManager(environment);
  if (name === undefined || environment['npm_command'] === 'run-script')
    return { words: [NAME], beforeFlags: [] };
  if (name === 'npm' && environment['npm_command'] !== 'init')
    return { words: ['npx', NAME], beforeFlags: [] };
  return { words: [name, 'create', 'chat-backend'], beforeFlags: name === 'npm' ? ['--'] : [] };
}
