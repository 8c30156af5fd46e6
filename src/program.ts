import { Command, CommanderError, Option } from 'commander';
import { COMMANDS } from './commands.ts';
import { invalidOption } from './option-value.ts';
import { adapterNames, choosableFeatures } from './features.ts';
import type { Feature } from './features.ts';
import { HELP_WIDTH, helpTail } from './help.ts';
import { OPTIONS } from './options.ts';
import type { Flags } from './options.ts';
import { GROUPS } from './option-row.ts';
import type { OptionRow } from './option-row.ts';
import { VERSION } from './package.ts';
import { printOf } from './print.ts';
import {
  assertNoCommandToCome,
  assertNoFlags,
  assertValuesAreNoFlags,
  refuseRepetition,
  usageError,
} from './usage.ts';
import { parsePort } from './values.ts';

/** A command line, understood. */
export type Parsed =
  | { readonly kind: 'create'; readonly flags: Flags }
  | { readonly kind: 'print'; readonly text: string };

/**
 * Understands a command line.
 * @throws CreateError USAGE for what is no option of ours or is said twice.
 */
export function parseCommandLine(argv: readonly string[], features: readonly Feature[]): Parsed {
  let printed = '';
  const print = (text: string): void => void (printed += text);
  const command = buildCommand(features, print);
  assertValuesAreNoFlags(argv, command);
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    throw usageError(error, command);
  }
  if (printed !== '') return { kind: 'print', text: printed };
  assertNoCommandToCome(command.args[0]);
  return { kind: 'create', flags: toFlags(command, features) };
}

function buildCommand(features: readonly Feature[], print: (text: string) => void): Command {
  const command = new Command('create-chat-backend')
    .description('Makes a production-grade real-time chat backend that you own.')
    .usage('[directory] [options]')
    .showSuggestionAfterError(false)
    .enablePositionalOptions()
    .configureOutput({ writeOut: print, writeErr() {}, getOutHelpWidth: () => HELP_WIDTH })
    .exitOverride();
  for (const option of OPTIONS as readonly OptionRow[]) addOption(command, option, features);
  for (const { name } of choosableFeatures(features))
    command.addOption(optionWithout(name).hideHelp());
  refuseRepetition(command);
  addCommands(command, features, print);
  return command
    .optionsGroup(GROUPS.command)
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', () => helpTail(command, features));
}

function addCommands(
  program: Command,
  features: readonly Feature[],
  print: (text: string) => void,
): void {
  program.action(() => {});
  program.helpCommand('help [command]', 'print the help of a command');
  for (const row of COMMANDS) {
    const { name, choices, help } = row;
    program
      .command(`${name} [${choices.join('|')}]`)
      .description(help)
      .helpOption('-h, --help', 'print this help')
      .action((word: string | undefined) => {
        assertNoFlags(program, name);
        print(printOf(row, word, features));
      });
  }
}

function addOption(command: Command, option: OptionRow, features: readonly Feature[]): void {
  if (option.key === 'directory') {
    command.argument(option.flag, option.help);
  } else if (option.key !== 'withoutFeatures') {
    const choices = option.kind === 'adapter' ? adapterNames(features) : option.choices;
    const made = new Option(option.flag, helpOf(option, choices)).helpGroup(GROUPS[option.group]);
    if (option.kind === 'port') made.argParser((text) => parsePort(text) ?? refuse(option, text));
    if (option.kind === 'list') made.argParser(parseList);
    command.addOption(made);
    if (option.negative) command.addOption(new Option(option.negative).hideHelp());
  }
}

function helpOf(
  { help, negative, default: fallback }: OptionRow,
  choices: readonly string[] | undefined,
): string {
  const notes = [
    ...(choices ? [choices.join(', ')] : []),
    ...(fallback === true ? ['default'] : []),
    ...(negative ? [`${negative} says no`] : []),
    ...(typeof fallback === 'boolean' || fallback === '' || fallback === undefined
      ? []
      : [`default: ${fallback}`]),
  ];
  return notes.length > 0 ? `${help} (${notes.join('; ')})` : help;
}

function refuse(option: OptionRow, text: string): never {
  throw invalidOption(option, text, 'is not an integer from 1 to 65535');
}

function parseList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  return names.length === 1 && (names[0] === 'none' || names[0] === '') ? [] : names;
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
