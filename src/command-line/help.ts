import { additionWords } from '../templates/additions.ts';
import { COMMANDS } from './commands.ts';
import type { PrintingCommand } from './commands.ts';
import { PROJECT_COMMANDS } from './project-commands.ts';
import { EXIT_CODES } from '../errors.ts';
import { adapterNames, choosableFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { NAME } from '../package.ts';
import { formatHelp } from './help-format.ts';
import type { Row, Section } from './help-format.ts';
import { FEATURE_GROUPS } from '../templates/manifest.ts';
import { OPTIONS } from '../options/options.ts';
import { OPTION_GROUPS } from '../options/option-row.ts';
import type { OptionRow } from '../options/option-row.ts';

const ROWS: readonly OptionRow[] = OPTIONS;

const EXAMPLES: readonly Row[] = [
  [`${NAME} my-app`, 'questions, then a project'],
  [`${NAME} my-app --yes`, 'no question, the defaults'],
  [`${NAME} . --preset minimal`, 'into the current directory'],
  [`${NAME} my-app --dry-run`, 'what would be written'],
];

// On the first page only that there are some.
const IN_PROJECT: readonly Row[] = [
  ['add, remove, set, update, undo', 'change a project'],
  ['status, diff, doctor', 'look at it'],
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

const DIRECTORY = ROWS.filter(({ key }) => key === 'directory');
const OWN: readonly Row[] = [
  ['-v, --version', 'print the version'],
  ['-h, --help', 'print the essentials'],
];

/** A page of the help; `essentials` is what --help prints. */
export type Topic = 'essentials' | 'options' | 'features' | 'all';

/** Writes a page of the help, for so many columns. */
export function helpPage(topic: Topic, features: readonly Feature[], columns: number): string {
  // Only the one that is wanted: what features add stands in the templates, which are large.
  const pages: Readonly<Record<Topic, () => readonly Section[]>> = {
    essentials: () => [essentials(), commands(IN_PROJECT), { title: 'Examples:', rows: EXAMPLES }],
    options: () => optionSections(features),
    features: () => featureSections(features),
    all: () => [
      ...optionSections(features),
      ...featureSections(features),
      commands(PROJECT_COMMANDS.map(({ name, words, help }) => [`${name} ${words}`.trim(), help])),
      { title: 'Examples:', rows: EXAMPLES },
    ],
  };
  const title = {
    head: `Usage: ${NAME} [directory] [options]`,
    words: 'Makes a production-grade real-time chat backend that you own.',
  };
  const more = topic === 'essentials' ? `More: ${NAME} help options, help features, help all` : '';
  return formatHelp(title, pages[topic](), more, columns);
}

/** What `schema --help` prints, and the like. */
export function commandPage({ name, choices, help }: PrintingCommand, columns: number): string {
  const title = { head: `Usage: ${NAME} ${name} [${choices.join('|')}]`, words: help };
  return formatHelp(title, [{ title: 'Options:', rows: OWN.slice(1) }], '', columns);
}

function essentials(): Section {
  const rows = ROWS.filter(({ brief }) => brief !== undefined).map(
    ({ flag, key, brief = '' }): Row => [key === 'directory' ? key : flag, brief],
  );
  return { title: 'Options:', rows: [...rows, ...OWN] };
}

function commands(inProject: readonly Row[]): Section {
  const rows: readonly PrintingCommand[] = COMMANDS;
  return {
    title: 'Commands:',
    rows: [
      ...inProject,
      ...rows.map(({ name, choices, help }): Row => [`${name} [${choices.join('|')}]`, help]),
    ],
  };
}

function optionSections(features: readonly Feature[]): readonly Section[] {
  const sections = Object.entries(OPTION_GROUPS).map(([group, title]) => ({
    title,
    rows: ROWS.filter((option) => option.group === group && option.key !== 'directory').map(
      (option): Row => [option.flag, helpOf(option, features)],
    ),
  }));
  return [
    { title: 'Arguments:', rows: DIRECTORY.map(({ key, help }) => [key, help]) },
    ...sections.slice(0, -1),
    ...sections.slice(-1).map((section) => ({ ...section, rows: [...section.rows, ...OWN] })),
    { title: 'Exit codes:', rows: EXIT_WORDS },
  ];
}

function featureSections(features: readonly Feature[]): readonly Section[] {
  const choosable = choosableFeatures(features);
  const sections = FEATURE_GROUPS.map((group) => ({
    title: `Features, ${group}:`,
    rows: choosable.filter((feature) => feature.group === group).map(featureRow),
  }));
  const adapters = features.filter(({ adapter }) => adapter);
  return [
    ...sections.filter(({ rows }) => rows.length > 0),
    { title: 'Several nodes, --adapter:', rows: adapters.map(featureRow) },
  ];
}

function featureRow(feature: Feature): Row {
  const { name, summary, presets, requires } = feature;
  const notes = [
    ...(requires.length > 0 ? [`requires ${requires.join(', ')}`] : []),
    ...(presets.length > 0 ? [`in ${presets.join(', ')}`] : []),
    `adds ${additionWords(feature)}`,
  ];
  return [name, `${summary} (${notes.join('; ')})`];
}

function helpOf(option: OptionRow, features: readonly Feature[]): string {
  const { help, negative, default: fallback } = option;
  const choices = option.kind === 'adapter' ? adapterNames(features) : option.choices;
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
