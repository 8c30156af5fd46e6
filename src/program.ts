import { Command, CommanderError, Option } from 'commander';
import { invalidOption } from './answers.ts';
import { CreateError } from './errors.ts';
import type { Feature } from './features.ts';
import { helpTail } from './help.ts';
import { OPTIONS } from './options.ts';
import type { Flags } from './options.ts';
import type { OptionRow } from './option-row.ts';
import { VERSION } from './package.ts';
import { quote } from './replay.ts';
import { didYouMean } from './suggest.ts';
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
  const command = buildCommand(features).configureOutput({
    writeOut: (text) => (printed += text),
    writeErr: () => {},
  });
  assertValuesAreNoFlags(argv, command);
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    throw usageError(error, argv, command);
  }
  return { kind: 'create', flags: toFlags(command, features) };
}

function buildCommand(features: readonly Feature[]): Command {
  const command = new Command('create-chat-backend')
    .description('Makes a production-grade real-time chat backend that you own.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .exitOverride();
  for (const option of OPTIONS as readonly OptionRow[]) addOption(command, option);
  for (const feature of features) command.addOption(new Option(`--no-${feature.name}`).hideHelp());
  refuseRepetition(command);
  return command.addHelpText('after', helpTail(features));
}

function addOption(command: Command, option: OptionRow): void {
  if (option.key === 'directory') {
    command.argument(option.flag, option.help);
  } else if (option.key !== 'withoutFeatures') {
    const made = new Option(option.flag, helpOf(option));
    if (option.kind === 'port') made.argParser((text) => parsePort(text) ?? refuse(option, text));
    if (option.kind === 'list') made.argParser(parseList);
    command.addOption(made);
    if (option.negative) command.addOption(new Option(option.negative).hideHelp());
  }
}

function helpOf({ help, choices, negative, default: fallback }: OptionRow): string {
  const notes = [
    ...(choices ? [choices.join(', ')] : []),
    ...(negative && fallback === true ? [`default; ${negative} says no`] : []),
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

function refuseRepetition(command: Command): void {
  const seen = new Set<string>();
  for (const option of command.options) {
    command.on(`option:${option.name()}`, () => {
      const key = option.attributeName();
      if (seen.has(key)) {
        throw new CreateError(
          'USAGE',
          `${option.long} is given twice, or together with its opposite`,
          'Leave one of the two out.',
        );
      }
      seen.add(key);
    });
  }
}

// Commander would take `-y` as the description in `--description -y`.
function assertValuesAreNoFlags(argv: readonly string[], command: Command): void {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  for (const [index, word] of words.entries()) {
    const value = words[index + 1];
    const takesValue = command.options.some((option) => option.required && option.long === word);
    if (!takesValue || value === undefined || !/^-\D/.test(value)) continue;
    throw new CreateError(
      'USAGE',
      `${word} is followed by ${value}, which looks like a flag`,
      `If it is meant as the value, type: ${word}=${quote(value)}`,
    );
  }
}

function usageError(error: CommanderError, argv: readonly string[], command: Command): CreateError {
  const help = 'create-chat-backend --help shows everything.';
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\n.*/s, '')
    .replace(/\.$/, '');
  if (error.code === 'commander.unknownOption') {
    const flag = /'([^']*)'/.exec(message)?.[1] ?? '';
    const flags = command.options.map((option) => option.long ?? '');
    const hint = `${didYouMean(flag.replace(/=.*/s, ''), flags)}${help}`;
    return new CreateError('USAGE', `unknown option ${flag}`, hint, { cause: error });
  }
  if (error.code === 'commander.excessArguments') {
    const hint = `A name with spaces needs quotes; type: create-chat-backend ${quote(argv.find((word) => !word.startsWith('-')) ?? 'my-app')}`;
    return new CreateError('USAGE', 'more than one directory is given', hint, { cause: error });
  }
  return new CreateError('USAGE', message, help, { cause: error });
}

function toFlags(command: Command, features: readonly Feature[]): Flags {
  const flags: Record<string, unknown> = { ...command.opts() };
  const left = [];
  for (const { name } of features) {
    if (flags[name] === false) left.push(name);
    delete flags[name];
  }
  if (left.length > 0) flags['withoutFeatures'] = left;
  if (command.args[0] !== undefined) flags['directory'] = command.args[0];
  return flags;
}
