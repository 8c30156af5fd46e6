import { Command, CommanderError, Option } from 'commander';
import { COMMANDS } from './commands.ts';
import { invalidOption } from '../options/option-value.ts';
import { choosableFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { flagWords } from './flag-words.ts';
import { commandPage, helpPage } from './help.ts';
import { OPTIONS, flagOf } from '../options/options.ts';
import type { Flags } from '../options/options.ts';
import type { OptionRow } from '../options/option-row.ts';
import { VERSION } from '../package.ts';
import { parseList } from './plain-flags.ts';
import { printOf } from './print.ts';
import {
  assertNoProjectCommand,
  assertNoFlags,
  assertValuesAreNoFlags,
  refuseRepetition,
  usageError,
} from './usage.ts';
import { parsePort } from '../options/values.ts';

export { parseProjectCommand } from './project-program.ts';

const HELP_COLUMNS = 80;
// Stands for a switch that is said without a word.
const SAID = 'yes';

/** A command line, understood. */
export type Parsed =
  | { readonly kind: 'create'; readonly flags: Flags }
  | { readonly kind: 'print'; readonly text: string };

/**
 * Understands a command line; `columns` are those of the terminal that the help is for.
 * @throws CreateError USAGE for what is no option of ours or is said twice.
 */
export function parseCommandLine(
  argv: readonly string[],
  features: readonly Feature[],
  columns = HELP_COLUMNS,
): Parsed {
  let printed = '';
  const print = (text: string): void => void (printed += text);
  const command = buildCommand(features, print, columns);
  assertValuesAreNoFlags(argv, command);
  try {
    command.parse(withTiedWords(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    throw usageError(error, command);
  }
  if (printed !== '') return { kind: 'print', text: printed };
  assertNoProjectCommand(command.args[0]);
  return { kind: 'create', flags: toFlags(command, features) };
}

function buildCommand(
  features: readonly Feature[],
  print: (text: string) => void,
  columns: number,
): Command {
  const command = new Command('create-chat-backend')
    .showSuggestionAfterError(false)
    .enablePositionalOptions()
    .configureOutput({ writeOut: print, writeErr() {} })
    .exitOverride();
  for (const option of OPTIONS as readonly OptionRow[]) addOption(command, option);
  for (const { name } of choosableFeatures(features)) command.addOption(optionWithout(name));
  refuseRepetition(command);
  addCommands(command, features, print, columns);
  command.helpInformation = () => helpPage('essentials', features, columns);
  return command.version(VERSION, '-v, --version').helpOption('-h, --help');
}

function addCommands(
  program: Command,
  features: readonly Feature[],
  print: (text: string) => void,
  columns: number,
): void {
  program.action(() => {});
  program.helpCommand(false);
  for (const row of COMMANDS) {
    const { name, choices } = row;
    const command = program
      .command(`${name} [${choices.join('|')}]`)
      .helpOption('-h, --help')
      .action((word: string | undefined) => {
        assertNoFlags(program, name);
        print(printOf(row, word, features, columns));
      });
    command.helpInformation = () => commandPage(row, columns);
  }
}

function addOption(command: Command, option: OptionRow): void {
  if (option.key === 'directory') {
    command.argument(option.flag);
  } else if (option.key !== 'withoutFeatures') {
    const made = new Option(option.flag.replace(/\[=(.*)\]/, ' [$1]'));
    if (option.kind === 'port') made.argParser((text) => parsePort(text) ?? refuse(option, text));
    if (option.kind === 'list') made.argParser(parseList);
    if (option.words) made.argParser((text) => parseWord(option, text));
    command.addOption(made);
    if (option.negative) command.addOption(new Option(option.negative));
  }
}

// Commander would take the directory in `--interactive my-app` for the word of the switch.
function withTiedWords(argv: readonly string[]): readonly string[] {
  const tied = (OPTIONS as readonly OptionRow[]).filter(({ words }) => words).map(flagOf);
  const end = flagWords(argv).length;
  return argv.map((word, index) => (index < end && tied.includes(word) ? `${word}=${SAID}` : word));
}

function parseWord(option: OptionRow, text: string): boolean | string {
  if (text === SAID) return true;
  if (option.words?.includes(text)) return text;
  throw invalidOption(option, text, 'is not one of the choices', option.words);
}

function refuse(option: OptionRow, text: string): never {
  throw invalidOption(option, text, 'is not an integer from 1 to 65535');
}

const optionWithout = (feature: string): Option => new Option(`--no-${feature}`);

function toFlags(command: Command, features: readonly Feature[]): Flags {
  const flags: Record<string, unknown> = { ...command.opts() };
  const left = [];
  for (const { name } of choosableFeatures(features)) {
    const key = optionWithout(name).attributeName();
    if (flags[key] === false) left.push(name);
    delete flags[key];
  }
  if (left.length > 0) flags['withoutFeatures'] = left;
  if (command.args[0] !== undefined) flags['directory'] = command.args[0];
  return flags;
}
