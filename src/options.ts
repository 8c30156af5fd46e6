import type { OptionRow } from './option-row.ts';
import { LONGEST_TEXT, databaseUriProblem, portProblem, textProblem } from './values.ts';

/**
 * THE table of options: flags, questions, help, README, completion, preset files, their JSON schema,
 * the replay command and the API's types derive from it. It is longer than other files, because each
 * face of an option has a line of its own, and because there is one place to add one.
 */
export const OPTIONS = [
  {
    key: 'directory',
    flag: '[directory]',
    kind: 'text',
    group: 'project',
    help: 'where the project goes; its name becomes the package name',
    question: 'Directory of the new project',
    example: 'my-app',
    replayed: true,
  },
  {
    key: 'preset',
    flag: '--preset <name>',
    kind: 'choice',
    choices: ['minimal', 'standard', 'full'],
    default: 'standard',
    group: 'project',
    help: 'a named set of features',
    question: 'Which features?',
    unreplayed: 'a name for features, which are replayed',
  },
  {
    key: 'features',
    flag: '--features <list>',
    kind: 'list',
    group: 'project',
    help: 'exactly these features, as a,b or none; with --preset, in addition to it',
    question: 'Features',
    example: 'typing,receipts',
    replayed: true,
  },
  {
    key: 'withoutFeatures',
    flag: '--no-<feature>',
    kind: 'list',
    group: 'project',
    help: 'leave a feature out',
    unasked: 'the question for features shows them all',
    unreplayed: 'the features that are left are replayed',
    example: 'typing',
  },
  {
    key: 'adapter',
    flag: '--adapter <name>',
    kind: 'adapter',
    default: 'none',
    group: 'project',
    help: 'what several nodes talk to each other over; one node needs none',
    question: 'One node or several?',
    replayed: true,
  },
  {
    key: 'packageName',
    flag: '--package-name <name>',
    kind: 'text',
    group: 'project',
    help: 'name in package.json (default: name of the directory)',
    question: 'Package name',
    example: 'my-app',
    replayed: true,
  },
  {
    key: 'description',
    flag: '--description <text>',
    kind: 'text',
    default: 'A real-time chat backend',
    group: 'project',
    help: 'one line for package.json and the README',
    unasked: 'its default is true of every project, and it is easy to change',
    example: "'Chat of our shop'",
    replayed: true,
    problem: textProblem,
    schema: { maxLength: LONGEST_TEXT },
  },
  {
    key: 'author',
    flag: '--author <text>',
    kind: 'text',
    default: '',
    group: 'project',
    help: 'author in package.json',
    unasked: 'a private package needs none',
    example: "'Ada Lovelace'",
    replayed: true,
    problem: textProblem,
    schema: { maxLength: LONGEST_TEXT },
  },
  {
    key: 'port',
    flag: '--port <number>',
    kind: 'port',
    default: 3000,
    group: 'project',
    help: 'port the server listens on',
    unasked: 'one line of .env',
    example: '3000',
    replayed: true,
    problem: portProblem,
  },
  {
    key: 'databaseUri',
    flag: '--database-uri <uri>',
    kind: 'text',
    default: '',
    group: 'project',
    help: 'MongoDB connection string, written to .env only',
    unasked: 'a password does not belong on a screen, and development needs none',
    unreplayed: 'it may hold a password',
    example: 'mongodb://localhost:27017/chat',
    secret: true,
    problem: databaseUriProblem,
    schema: { pattern: '^mongodb(?:\\+srv)?://' },
  },
  {
    key: 'packageManager',
    flag: '--package-manager <name>',
    kind: 'choice',
    choices: ['npm', 'pnpm', 'yarn', 'bun'],
    default: 'npm',
    group: 'steps',
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
    group: 'steps',
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
    group: 'steps',
    help: 'make a git repository with a first commit',
    question: 'Make a git repository with a first commit?',
    replayed: true,
  },
  {
    key: 'verify',
    flag: '--verify',
    kind: 'switch',
    default: false,
    group: 'steps',
    help: 'run the checks and the tests of the new project',
    unasked: 'it takes minutes, and npm test does the same later',
    replayed: true,
  },
  {
    key: 'onConflict',
    flag: '--on-conflict <policy>',
    kind: 'choice',
    choices: ['abort', 'keep', 'overwrite'],
    default: 'abort',
    group: 'steps',
    help: 'when the directory has files: stop, write only what is missing, or replace with a backup',
    question: 'The directory is not empty: what happens to its files?',
    replayed: true,
  },
  {
    key: 'force',
    flag: '--force',
    kind: 'switch',
    default: false,
    group: 'steps',
    help: 'the same as --on-conflict overwrite',
    unasked: 'the question for --on-conflict has it',
    unreplayed: '--on-conflict is replayed',
    commandLineOnly: true,
  },
  {
    key: 'dryRun',
    flag: '--dry-run',
    kind: 'switch',
    default: false,
    group: 'steps',
    help: 'say what would be written, write nothing',
    unasked: 'who answers questions wants a project',
    unreplayed: 'the command after a dry run makes the project',
  },
  {
    key: 'config',
    flag: '--config <file>',
    kind: 'file',
    group: 'command',
    help: 'take options from a JSON file, or from stdin with -; flags win',
    unasked: 'it answers questions',
    unreplayed: 'its options are replayed one by one',
    example: 'chat.json',
    commandLineOnly: true,
  },
  {
    key: 'yes',
    flag: '-y, --yes',
    kind: 'switch',
    default: false,
    group: 'command',
    help: 'ask nothing, take the defaults',
    unasked: 'it is about questions',
    unreplayed: 'every replay has it',
    commandLineOnly: true,
  },
  {
    key: 'interactive',
    flag: '--interactive',
    negative: '--no-interactive',
    kind: 'switch',
    group: 'command',
    help: 'ask for what is missing, as at a terminal outside CI',
    unasked: 'it is about questions',
    unreplayed: 'a replay asks nothing',
    commandLineOnly: true,
  },
  {
    key: 'json',
    flag: '--json',
    kind: 'switch',
    default: false,
    group: 'command',
    help: 'print the result as one JSON object, ask nothing',
    unasked: 'it is for programs',
    unreplayed: 'the project is the same',
    commandLineOnly: true,
  },
  {
    key: 'quiet',
    flag: '-q, --quiet',
    kind: 'switch',
    default: false,
    group: 'command',
    help: 'print errors only',
    unasked: 'it is about what is printed',
    unreplayed: 'the project is the same',
    commandLineOnly: true,
  },
  {
    key: 'debug',
    flag: '--debug',
    kind: 'switch',
    default: false,
    group: 'command',
    help: 'print every command that is run, and the stack of an error',
    unasked: 'it is about what is printed',
    unreplayed: 'the project is the same',
    commandLineOnly: true,
  },
] as const satisfies readonly OptionRow[];

type Row = (typeof OPTIONS)[number];
type Value<R extends Row> = R extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : {
      text: string;
      file: string;
      adapter: string;
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

/** The same where only some are known yet, the directory included. */
export type Given = { readonly [Key in keyof CreateOptions]?: CreateOptions[Key] | undefined };

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

/** The options of the API and of preset files. */
export const SHARED_OPTIONS: readonly OptionRow[] = (OPTIONS as readonly OptionRow[]).filter(
  (option) => !option.commandLineOnly,
);

/** The option of that key. */
export function optionOf(key: OptionKey): OptionRow {
  return OPTIONS.find((option) => option.key === key)!;
}

/** The flag without its value, as a person types it: `--port`. */
export function flagOf(option: OptionRow): string {
  return /--[a-z-]+(?:<[a-z]+>)?/.exec(option.flag)?.[0] ?? option.key;
}
