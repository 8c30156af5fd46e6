import type { Command, CommanderError } from 'commander';
import { CreateError } from './errors.ts';
import { quote } from './replay.ts';
import { didYouMean } from './suggest.ts';
import { shown } from './text.ts';

const COMMANDS_TO_COME = new Set('add remove set update status diff repair doctor'.split(' '));

/**
 * Refuses `--description -y`, where commander would take `-y` as the description.
 * @throws CreateError USAGE.
 */
export function assertValuesAreNoFlags(argv: readonly string[], command: Command): void {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
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

/** Our words for what commander does not understand. */
export function usageError(error: CommanderError, command: Command): CreateError {
  const help = 'create-chat-backend --help shows everything.';
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\n.*/s, '')
    .replace(/\.$/, '');
  const [first] = command.args;
  if (command.commands.some((other) => other.name() === first)) {
    const hint = `Type: create-chat-backend ${first} --help`;
    return new CreateError('USAGE', message, hint, { cause: error });
  }
  if (error.code === 'commander.unknownOption') {
    const flag = /'([^']*)'/.exec(message)?.[1] ?? '';
    const flags = command.options.map((option) => option.long ?? '');
    const hint = `${didYouMean(flag.replace(/=.*/s, ''), flags)}${help}`;
    return new CreateError('USAGE', `unknown option ${shown(flag)}`, hint, { cause: error });
  }
  if (error.code === 'commander.excessArguments') {
    const hint = `If it is one name with spaces, it needs quotes: create-chat-backend ${quote(command.args.join(' '))}`;
    return new CreateError('USAGE', 'more than one directory is given', hint, { cause: error });
  }
  return new CreateError('USAGE', message, help, { cause: error });
}

/**
 * Refuses the words that a later version takes for commands.
 * @throws CreateError USAGE.
 */
export function assertNoCommandToCome(word: string | undefined): void {
  if (word === undefined || !COMMANDS_TO_COME.has(word)) return;
  throw new CreateError(
    'USAGE',
    `there is no command ${word} in this version`,
    `For a directory of that name, type: create-chat-backend ./${word}`,
  );
}
