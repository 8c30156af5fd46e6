import { EXIT_CODES } from './errors.ts';
import type { Feature } from './features.ts';

const EXAMPLES = [
  ['create-chat-backend my-app', 'questions, then a project'],
  ['create-chat-backend my-app --yes', 'no question, the defaults'],
  ['create-chat-backend my-app --dry-run --json', 'what would be written'],
] as const;

const EXIT_WORDS: readonly (readonly [string, string])[] = [
  ['0', 'everything that was asked for is done'],
  [`${EXIT_CODES.INTERNAL}`, 'a bug of ours'],
  [`${EXIT_CODES.USAGE}`, 'a mistake on the command line; nothing written'],
  [`${EXIT_CODES.TARGET_IN_THE_WAY}`, 'the directory is in the way; nothing written'],
  [`${EXIT_CODES.FILE_SYSTEM}`, 'the file system refused; nothing left behind'],
  [`${EXIT_CODES.STEP_FAILED}`, 'the project is complete, but installing or git failed'],
  [`${EXIT_CODES.ENVIRONMENT}`, 'a program is missing or too old; nothing written'],
  [`129, ${EXIT_CODES.ABORTED}, 143`, 'hang-up, Ctrl-C, termination'],
];

/** What --help prints after the options: the features, examples and exit codes. */
export function helpTail(features: readonly Feature[]): string {
  return [
    section('Features (leave one out with --no-<feature>)', features.map(featureLine)),
    section('Examples', EXAMPLES),
    section('Exit codes', EXIT_WORDS),
  ].join('\n');
}

function featureLine(feature: Feature): readonly [string, string] {
  return [feature.name, `${feature.summary} (${feature.presets.join(', ')})`];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return `\n${title}:\n${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')}`;
}
