import type { Command } from 'commander';
import { EXIT_CODES } from './errors.ts';
import { choosableFeatures } from './features.ts';
import type { Feature } from './features.ts';

/** So wide is the help, whatever the terminal: longer lines are hard to read. */
export const HELP_WIDTH = 80;

type Row = readonly [string, string];

const EXAMPLES: readonly Row[] = [
  ['create-chat-backend my-app', 'questions, then a project'],
  ['create-chat-backend my-app --yes', 'no question, the defaults'],
  ['create-chat-backend . --preset minimal', 'into the current directory'],
  ['create-chat-backend my-app --config a.json', 'answers from a file'],
  ['create-chat-backend my-app --dry-run --json', 'what would be written'],
];

const EXIT_WORDS: readonly Row[] = [
  ['0', 'everything that was asked for is done'],
  [`${EXIT_CODES.INTERNAL}`, 'a bug of ours'],
  [`${EXIT_CODES.USAGE}`, 'a mistake on the command line; nothing written'],
  [`${EXIT_CODES.TARGET_IN_THE_WAY}`, 'the directory is in the way; nothing written'],
  [`${EXIT_CODES.FILE_SYSTEM}`, 'the file system refused; nothing left behind'],
  [`${EXIT_CODES.STEP_FAILED}`, 'the project is complete, but installing, git or --verify failed'],
  [`${EXIT_CODES.ENVIRONMENT}`, 'a program is missing or too old; nothing written'],
  [`129, ${EXIT_CODES.ABORTED}, 143`, 'hang-up, Ctrl-C, termination'],
];

/** What --help prints after the options: the features, examples and exit codes. */
export function helpTail(command: Command, features: readonly Feature[]): string {
  const rows = choosableFeatures(features).map(({ name, summary }): Row => [name, summary]);
  return [
    section(command, 'Features (--no-<feature> leaves one out):', rows),
    section(command, 'Examples:', EXAMPLES),
    section(command, 'Exit codes:', EXIT_WORDS),
  ].join('\n');
}

function section(command: Command, title: string, rows: readonly Row[]): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: HELP_WIDTH });
  const width = Math.max(...rows.map(([left]) => left.length));
  return ['', title, ...rows.map(([left, text]) => help.formatItem(left, width, text, help))].join(
    '\n',
  );
}
