import { basename } from 'node:path';
import { OWN_CHOICE, adapterWords } from './choices.ts';
import type { RunContext } from '../context.ts';
import type { Known } from './converse.ts';
import type { Feature } from '../templates/features.ts';
import { installCommand } from '../steps/install.ts';
import { DEFAULTS, optionOf } from '../options/options.ts';
import type { CreateOptions, OptionKey } from '../options/options.ts';
import { selectionOf } from '../options/selection.ts';
import { locateTarget } from '../write/target.ts';

const LABEL_CELLS = 11;
// What has no line of its own, and is told where it differs from what everybody gets.
const SETTINGS = ['port', 'description', 'author', 'databaseUri'] as const;

const CONFLICT_STEPS = {
  abort: [],
  keep: ['keep the files that are there'],
  overwrite: ['replace files in the way, each with a backup'],
} as const;

/** The options that a conversation has led to. */
export function optionsOf(known: Known): CreateOptions {
  const { more: _more, confirmed: _confirmed, preset, ...options } = known;
  // Nothing typed says nothing.
  const said = Object.entries(options).filter(([, value]) => value !== '');
  const named = preset === undefined || preset === OWN_CHOICE ? {} : { preset };
  return { ...Object.fromEntries(said), ...named } as unknown as CreateOptions;
}

/** What is going to happen, line by line, for somebody who confirms it. */
export function summaryOf(
  known: Known,
  features: readonly Feature[],
  run: RunContext,
): readonly string[] {
  const options = { ...DEFAULTS, ...optionsOf(known), preset: optionsOf(known).preset };
  const { features: names, adapter } = selectionOf(options, features);
  const path = locateTarget(options.directory, run.workingDirectory, run.home);
  const name = options.packageName ?? basename(path);
  const settings = SETTINGS.filter((key) => options[key] !== DEFAULTS[key]).map((key) =>
    optionOf(key).secret ? `${wordsOf(key)} in .env only` : `${wordsOf(key)} ${options[key]}`,
  );
  return [
    row('Directory', path),
    ...(name === basename(path) ? [] : [row('Package', name)]),
    row('Features', featuresIn(names)),
    row('Nodes', adapterWords(adapter, features)),
    ...(settings.length === 0 ? [] : [row('Settings', settings.join(', '))]),
    row('Steps', stepsOf(options).join(', ')),
  ];
}

function featuresIn(names: readonly string[]): string {
  return names.length === 0 ? 'none (the core alone)' : `${names.length}: ${names.join(', ')}`;
}

function stepsOf(options: CreateOptions): readonly string[] {
  const { install, git, verify, onConflict = 'abort', packageManager = 'npm' } = options;
  return [
    ...CONFLICT_STEPS[onConflict],
    'write the files',
    ...(install === false ? [] : [installCommand(packageManager)]),
    ...(git === false ? [] : ['first commit']),
    ...(verify ? ['run its checks and tests'] : []),
  ];
}

function row(label: string, text: string): string {
  return label.padEnd(LABEL_CELLS) + text;
}

/** The key of an option in words: `databaseUri` is `database uri`. */
export function wordsOf(key: OptionKey): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
