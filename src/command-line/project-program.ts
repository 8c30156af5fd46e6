import { Command, CommanderError, Option } from 'commander';
import { CreateError } from '../errors.ts';
import type { Environment } from '../lib/environment.ts';
import { shown } from '../lib/text.ts';
import { choiceHint } from '../options/option-value.ts';
import { NAME } from '../package.ts';
import type { LifecycleCommand } from '../result.ts';
import { assertNothingConsumed } from './npm-project.ts';
import { projectCommandPage } from './project-help.ts';
import { projectCommandOf } from './project-commands.ts';
import type { ProjectCommand, ProjectFlag } from './project-commands.ts';
import { assertValuesAreNoFlags, refuseRepetition, unknownOption, wordsOf } from './usage.ts';

const HELP_COLUMNS = 80;

/** What was given beside the words. */
export interface ProjectFlags {
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly check?: boolean;
  readonly onConflict?: 'markers' | 'stop';
  readonly base?: string;
  readonly allowDirty?: boolean;
  readonly install?: boolean;
  readonly online?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** A command for a project, understood. */
export type ParsedProjectCommand =
  | {
      readonly kind: 'run';
      readonly command: LifecycleCommand;
      readonly words: readonly string[];
      readonly flags: ProjectFlags;
    }
  | { readonly kind: 'print'; readonly text: string };

/**
 * Understands a command line that begins with the name of a command for a project.
 * @throws CreateError USAGE for what that command does not take, or is said twice.
 */
export function parseProjectCommand(
  argv: readonly string[],
  environment: Environment,
  columns = HELP_COLUMNS,
): ParsedProjectCommand {
  assertNothingConsumed(environment, argv);
  const [name, ...rest] = argv;
  const row = projectCommandOf(name)!;
  let printed = '';
  const command = buildCommand(row, columns, (text) => void (printed += text));
  assertValuesAreNoFlags(rest, command);
  try {
    command.parse(rest, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    throw usageErrorOf(error, row, command);
  }
  if (row.words === '' && command.args.length > 0)
    throw new CreateError(
      'USAGE',
      `${row.name} takes no word ${shown(command.args[0] ?? '')}`,
      `Type: ${NAME} ${row.name}`,
    );
  return { kind: 'run', command: row.name, words: command.args, flags: command.opts() };
}

function buildCommand(
  row: ProjectCommand,
  columns: number,
  print: (text: string) => void,
): Command {
  const command = new Command(row.name)
    .argument('[words...]')
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: print, writeErr() {} })
    .exitOverride()
    .helpOption('-h, --help');
  for (const flag of row.flags) command.addOption(optionOf(flag));
  refuseRepetition(command);
  command.helpInformation = () => projectCommandPage(row, columns);
  return command;
}

function optionOf({ flag, choices }: ProjectFlag): Option {
  const option = new Option(flag);
  if (choices === undefined) return option;
  return option.argParser((text) => {
    if (choices.includes(text)) return text;
    const message = `${option.long} ${shown(text)} is not one of the choices`;
    throw new CreateError('USAGE', message, choiceHint(text, choices));
  });
}

function usageErrorOf(error: CommanderError, row: ProjectCommand, command: Command): CreateError {
  const help = `Type: ${NAME} ${row.name} --help`;
  return error.code === 'commander.unknownOption'
    ? unknownOption(error, command, { message: `${row.name} has no option`, help })
    : new CreateError('USAGE', wordsOf(error), help, { cause: error });
}
