import type { Command, CommanderError } from 'commander';
import { CreateError } from '../errors.ts';
import { flagWords } from './flag-words.ts';
import { isProjectCommand } from './project-command-names.ts';
import { quote } from '../options/replay.ts';
import { didYouMean } from '../lib/suggest.ts';
import { shown } from '../lib/text.ts';

/**
 * Refuses `--description -y`, where commander would take `-y` as the description.
 * @throws CreateError USAGE.
 */
export function assertValuesAreNoFlags(argv: readonly string[], command: Command): void {
  const words = flagWords(argv);
  for (const [index, word] of words.entries()) {
    const value = words[index + 1];
    const takesValue = command.options.some((option) => option.required && option.long === word);
    if (!takesValue || value === undefined || !/^-\D/.test(value)) continue;
    throw new CreateError(
      'USAGE',
      `${word} is followed by ${shown(value)}, which looks like a flag`,
      `If it is meant as the value, type: ${word}=${quote(value)}`,
    );
  }
}

/** Makes a command refuse an option that is given twice, or together with its opposite. */
export function refuseRepetition(command: Command): void {
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

/** Refuses `--yes schema`: a flag of creating before another command. @throws CreateError USAGE. */
export function assertNoFlags(program: Command, name: string): void {
  const sources = program.options.map((option) =>
    program.getOptionValueSource(option.attributeName()),
  );
  if (!sources.includes('cli')) return;
  throw new CreateError(
    'USAGE',
    `${name} is a command of its own and takes no options of creating`,
    `Type: create-chat-backend ${name}, or for a directory of that name ./${name}`,
  );
}

/** What commander says of a mistake, as the beginning of a sentence. */
export function wordsOf({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replace(/\n.*/s, '')
    .replace(/\.$/, '');
}

/** The error for an option that a command has not: `message` goes on with it, and `help` is where all are. */
export function unknownOption(
  error: CommanderError,
  command: Command,
  { message, help }: { readonly message: string; readonly help: string },
): CreateError {
  const flag = /'([^']*)'/.exec(wordsOf(error))?.[1] ?? '';
  const flags = command.options.map((option) => option.long ?? '');
  const hint = `${didYouMean(flag.replace(/=.*/s, ''), flags)}${help}`;
  return new CreateError('USAGE', `${message} ${shown(flag)}`, hint, { cause: error });
}

/** Our words for what commander does not understand. */
export function usageError(error: CommanderError, command: Command): CreateError {
  const help = 'create-chat-backend --help shows everything.';
  const message = wordsOf(error);
  const [first] = command.args;
  assertNoProjectCommand(first);
  if (command.commands.some((other) => other.name() === first)) {
    const hint = `Type: create-chat-backend ${first} --help`;
    return new CreateError('USAGE', message, hint, { cause: error });
  }
  if (error.code === 'commander.unknownOption')
    return unknownOption(error, command, { message: 'unknown option', help });
  if (error.code === 'commander.excessArguments') {
    const hint = `If it is one name with spaces, it needs quotes: create-chat-backend ${quote(command.args.join(' '))}`;
    return new CreateError('USAGE', 'more than one directory is given', hint, { cause: error });
  }
  return new CreateError('USAGE', message, help, { cause: error });
}

/** Refuses `--json add`: options of creating before a command for a project. @throws CreateError USAGE. */
export function assertNoProjectCommand(word: string | undefined): void {
  if (!isProjectCommand(word)) return;
  throw new CreateError(
    'USAGE',
    `${word} is a command of its own, and stands before its options`,
    `Type: create-chat-backend ${word} --help, or for a directory of that name ./${word}`,
  );
}
