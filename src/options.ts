import type { OptionRow } from './option-row.ts';
import { databaseUriProblem, portProblem, textProblem } from './values.ts';

/** THE table of options: flags, questions, help, README and the API's types derive from it. */
export const OPTIONS = [
  {
    key: 'directory',
    flag: '[directory]',
    kind: 'text',
    help: 'where the project goes; its name becomes the package name',
    question: 'Directory of the new project',
  },
  {
    key: 'preset',
    flag: '--preset <name>',
    kind: 'choice',
    choices: ['minimal', 'standard', 'full'],
    default: 'standard',
    help: 'a named set of features',
    question: 'How much should it bring?',
  },
  {
    key: 'features',
    flag: '--features <list>',
    kind: 'list',
    help: 'exactly these features, as a,b or none; with --preset, in addition to it',
    question: 'Features',
    example: 'typing,receipts',
    replayed: true,
  },
  {
    key: 'withoutFeatures',
    flag: '--no-<feature>',
    kind: 'list',
    help: 'leave a feature out',
    example: 'typing',
  },
  {
    key: 'packageName',
    flag: '--package-name <name>',
    kind: 'text',
    help: 'name in package.json (default: name of the directory)',
    question: 'Package name',
    replayed: true,
  },
  {
    key: 'description',
    flag: '--description <text>',
    kind: 'text',
    default: 'A real-time chat backend',
    help: 'one line for package.json and the README',
    example: "'Chat of our shop'",
    replayed: true,
    problem: textProblem,
  },
  {
    key: 'author',
    flag: '--author <text>',
    kind: 'text',
    default: '',
    help: 'author in package.json',
    example: "'Ada Lovelace'",
    replayed: true,
    problem: textProblem,
  },
  {
    key: 'port',
    flag: '--port <number>',
    kind: 'port',
    default: 3000,
    help: 'port the server listens on',
    example: '3000',
    replayed: true,
    problem: portProblem,
  },
  {
    key: 'databaseUri',
    flag: '--database-uri <uri>',
    kind: 'text',
    default: '',
    help: 'MongoDB connection string, written to .env only',
    example: 'mongodb://localhost:27017/chat',
    secret: true,
    problem: databaseUriProblem,
  },
  {
    key: 'packageManager',
    flag: '--package-manager <name>',
    kind: 'choice',
    choices: ['npm', 'pnpm', 'yarn', 'bun'],
    default: 'npm',
    help: 'who installs; without it, the one that runs this command',
    question: 'Package manager',
    replayed: true,
  },
  {
    key: 'install',
    flag: '--install',
    negative: '--no-install',
    kind: 'switch',
    default: true,
    help: 'install the dependencies',
    question: 'Install the dependencies now?',
    replayed: true,
  },
  {
    key: 'git',
    flag: '--git',
    negative: '--no-git',
    kind: 'switch',
    default: true,
    help: 'make a git repository with a first commit',
    question: 'Make a git repository with a first commit?',
    replayed: true,
  },
  {
    key: 'onConflict',
    flag: '--on-conflict <policy>',
    kind: 'choice',
    choices: ['abort', 'keep', 'overwrite'],
    default: 'abort',
    help: 'when the directory has files: stop, write only what is missing, or replace with a backup',
    question: 'The directory has files in the way',
    replayed: true,
  },
  {
    key: 'force',
    flag: '--force',
    kind: 'switch',
    default: false,
    help: 'the same as --on-conflict overwrite',
    commandLineOnly: true,
  },
  {
    key: 'dryRun',
    flag: '--dry-run',
    kind: 'switch',
    default: false,
    help: 'say what would be written, write nothing',
  },
  {
    key: 'yes',
    flag: '-y, --yes',
    kind: 'switch',
    default: false,
    help: 'ask nothing, take the defaults',
    commandLineOnly: true,
  },
  {
    key: 'interactive',
    flag: '--interactive',
    negative: '--no-interactive',
    kind: 'switch',
    help: 'ask for what is missing (default: at a terminal, outside CI)',
    commandLineOnly: true,
  },
  {
    key: 'json',
    flag: '--json',
    kind: 'switch',
    default: false,
    help: 'print the result as one JSON object',
    commandLineOnly: true,
  },
  {
    key: 'quiet',
    flag: '-q, --quiet',
    kind: 'switch',
    default: false,
    help: 'print errors only',
    commandLineOnly: true,
  },
  {
    key: 'debug',
    flag: '--debug',
    kind: 'switch',
    default: false,
    help: 'print every command that is run, and the stack of an error',
    commandLineOnly: true,
  },
] as const satisfies readonly OptionRow[];

type Row = (typeof OPTIONS)[number];
type Value<R extends Row> = R extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : {
      text: string;
      port: number;
      switch: boolean;
      list: readonly string[];
      choice: never;
    }[R['kind']];
type Everywhere = Exclude<Row, { readonly commandLineOnly: true }>;

/** The key of any option. */
export type OptionKey = Row['key'];

/** What createProject takes: every option but the ones that concern only a terminal. */
export type CreateOptions = {
  readonly [R in Everywhere as R['key']]?: Value<R> | undefined;
} & { readonly directory: string };

/** What the command line was given. */
export type Flags = { [R in Row as R['key']]?: Value<R> | undefined };

/** Every option with its value decided. */
export type Answers = {
  readonly [
    R in Everywhere as R['key'] extends 'preset' | 'withoutFeatures' ? never : R['key']
  ]: Value<R>;
};

/** What holds when nobody says anything, for every option that has a default. */
export const DEFAULTS = Object.fromEntries(
  OPTIONS.flatMap((option) =>
    'default' in option && !('commandLineOnly' in option) ? [[option.key, option.default]] : [],
  ),
) as { readonly [R in Extract<Everywhere, { readonly default: unknown }> as R['key']]: Value<R> };

/** The option of that key. */
export function optionOf(key: OptionKey): OptionRow {
  return OPTIONS.find((option) => option.key === key)!;
}

/** The flag without its value, as a person types it: `--port`. */
export function flagOf(option: OptionRow): string {
  return /--[a-z-]+/.exec(option.flag)?.[0] ?? option.key;
}
