import { OPTIONS, flagOf } from '../options/options.ts';
import type { Flags } from '../options/options.ts';
import type { OptionRow } from '../options/option-row.ts';
import { parsePort } from '../options/values.ts';
import { choosableFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { COMMANDS } from './commands.ts';
import { isProjectCommand } from './project-command-names.ts';

/**
 * Understands a command line of nothing but flags in their long form, each once, values that look like
 * none, and a directory. Of anything else it returns undefined, and parseCommandLine says what it
 * means: that one knows everything, and takes longer to load than a project to plan.
 */
export function plainFlags(
  argv: readonly string[],
  features: readonly Feature[],
): Flags | undefined {
  const found = new Map<string, unknown>();
  const without = new Set<string>();
  const words = argv.values();
  for (const word of words) {
    const said = featureIn(word, features) ?? sayingOf(word, words);
    if (said === undefined || found.has(said.key) || without.has(said.key)) return undefined;
    if (said.isFeature) without.add(said.key);
    else found.set(said.key, said.value);
  }
  const left = choosableFeatures(features).filter(({ name }) => without.has(name));
  if (left.length > 0)
    found.set(
      'withoutFeatures',
      left.map(({ name }) => name),
    );
  return Object.fromEntries(found);
}

/** The names in a list, as in `a,b` or `none`. */
export function parseList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  return names.length === 1 && (names[0] === 'none' || names[0] === '') ? [] : names;
}

interface Said {
  readonly key: string;
  readonly value?: unknown;
  /** It leaves the feature of that name out. */
  readonly isFeature?: true;
}

function featureIn(word: string, features: readonly Feature[]): Said | undefined {
  const name = word.startsWith('--no-') ? word.slice('--no-'.length) : '';
  const isFeature = choosableFeatures(features).some((feature) => feature.name === name);
  return isFeature ? { key: name, isFeature } : undefined;
}

function sayingOf(word: string, words: Iterator<string>): Said | undefined {
  if (!word.startsWith('-')) return isCommand(word) ? undefined : { key: 'directory', value: word };
  const option = (OPTIONS as readonly OptionRow[]).find(
    (row) => row.key !== 'directory' && (flagOf(row) === word || row.negative === word),
  );
  if (option === undefined || option.words) return undefined;
  if (option.kind === 'switch') return { key: option.key, value: word !== option.negative };
  const { value: text = '' } = words.next() as IteratorYieldResult<string | undefined>;
  const value = text === '' || text.startsWith('-') ? undefined : valueOf(option, text);
  return value === undefined ? undefined : { key: option.key, value };
}

// A directory of such a name is a case for who knows all commands.
function isCommand(word: string): boolean {
  return word === '' || isProjectCommand(word) || COMMANDS.some(({ name }) => name === word);
}

function valueOf({ kind }: OptionRow, text: string): unknown {
  if (kind === 'list') return parseList(text);
  return kind === 'port' ? parsePort(text) : text;
}
