import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { CreateError } from './errors.ts';
import { didYouMean } from './suggest.ts';

/** A value that a feature gives to a slot: named texts, printed by a host. */
export type SlotEntry = string | Readonly<Record<string, string>>;

/** What a feature folder says of itself; feature.schema.json says the same to editors. */
export interface Manifest {
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** How a person is asked for it. */
  readonly question?: string | undefined;
  readonly presets: readonly string[];
  /** Features that come along. */
  readonly requires: readonly string[];
  /** Features that cannot be there too. */
  readonly conflicts: readonly string[];
  readonly slots: Readonly<Record<string, readonly SlotEntry[]>>;
  /** How a later version merges a file, where its name does not tell. */
  readonly policies: Readonly<Record<string, string>>;
}

/** A file below `files/`: verbatim, or a host that prints slots. */
export interface TemplateFile {
  /** Its path in a project, with `/`. */
  readonly path: string;
  readonly isHost: boolean;
  readonly bytes: Buffer;
  readonly isExecutable: boolean;
  /** Where it lies, for messages. */
  readonly source: string;
}

/** A feature folder, read. */
export interface Feature extends Manifest {
  readonly files: readonly TemplateFile[];
}

/** Names that npm would drop from a package. */
const RENAMED = new Map([
  ['_gitignore', '.gitignore'],
  ['_npmrc', '.npmrc'],
]);

const MANIFEST_KEYS = [
  'question',
  '$schema',
  'name',
  'summary',
  'question',
  'presets',
  'requires',
  'conflicts',
  'slots',
  'policies',
];

const loaded = new Map<string, readonly Feature[]>();

/**
 * Reads every feature folder, `base` first, the others by name; once a process and directory.
 * @throws CreateError DAMAGED with the file that is missing or wrong.
 */
export function loadFeatures(directory: string): readonly Feature[] {
  const known = loaded.get(directory);
  if (known) return known;
  const names = read(directory, () => readdirSync(directory))
    .filter((name) => statSync(join(directory, name)).isDirectory())
    .sort((a, b) => (a === 'base' ? -1 : b === 'base' ? 1 : a < b ? -1 : 1));
  if (names[0] !== 'base') throw damaged(join(directory, 'base'), 'is missing');
  const features = names.map((name) => loadFeature(directory, name));
  assertReferences(features);
  loaded.set(directory, features);
  return features;
}

/**
 * The wanted features with all they require, `base` always, in their canonical order.
 * @throws CreateError INVALID_OPTION for an unknown name or a conflict.
 */
export function selectFeatures(
  all: readonly Feature[],
  wanted: readonly string[],
): readonly Feature[] {
  const selected = new Set<string>(['base']);
  const visit = (name: string): void => {
    const feature = all.find((candidate) => candidate.name === name);
    if (feature === undefined) throw unknownFeature(name, all);
    if (selected.has(name)) return;
    selected.add(name);
    feature.requires.forEach(visit);
  };
  wanted.forEach(visit);
  const features = all.filter((feature) => selected.has(feature.name));
  for (const { name, conflicts } of features) {
    const other = conflicts.find((conflict) => selected.has(conflict));
    if (other !== undefined)
      throw new CreateError(
        'INVALID_OPTION',
        `the features ${name} and ${other} exclude each other`,
        `Leave one out: --no-${name} or --no-${other}`,
      );
  }
  return features;
}

function loadFeature(directory: string, name: string): Feature {
  const path = join(directory, name, 'feature.json');
  const manifest = toManifest(path, name);
  const fragments = loadFragments(join(directory, name, 'fragments'));
  const slots: Record<string, readonly SlotEntry[]> = { ...manifest.slots };
  for (const [slot, text] of fragments) slots[slot] = [...(slots[slot] ?? []), text];
  return { ...manifest, slots, files: loadFiles(join(directory, name, 'files')) };
}

function toManifest(path: string, name: string): Manifest {
  const text = read(path, () => readFileSync(path, 'utf8'));
  const data = read(path, () => JSON.parse(text) as Partial<Manifest>);
  const odd = Object.keys(data).find((key) => !MANIFEST_KEYS.includes(key));
  if (odd !== undefined) throw damaged(path, `has an unknown key ${odd}`);
  if (data.name !== name) throw damaged(path, `has another name than its folder`);
  if (typeof data.summary !== 'string') throw damaged(path, 'has no summary');
  return {
    name,
    summary: data.summary,
    question: data.question,
    presets: data.presets ?? [],
    requires: data.requires ?? [],
    conflicts: data.conflicts ?? [],
    slots: data.slots ?? {},
    policies: data.policies ?? {},
  };
}

/** A fragment fills the slot that it is named after. */
function loadFragments(directory: string): readonly (readonly [string, string])[] {
  return listFiles(directory).map((path) => [
    relative(directory, path).split('.')[0] as string,
    readFileSync(path, 'utf8').trimEnd(),
  ]);
}

function loadFiles(directory: string): readonly TemplateFile[] {
  return listFiles(directory).map((source) => {
    const parts = relative(directory, source).split(sep);
    const last = parts.pop() as string;
    const isHost = last.endsWith('.ejs');
    const name = isHost ? last.slice(0, -'.ejs'.length) : last;
    return {
      path: [...parts, RENAMED.get(name) ?? name].join('/'),
      isHost,
      bytes: readFileSync(source),
      isExecutable: (statSync(source).mode & 0o100) !== 0,
      source,
    };
  });
}

function listFiles(directory: string): readonly string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? listFiles(path) : [path];
    })
    .sort();
}

function assertReferences(features: readonly Feature[]): void {
  const names = new Set(features.map((feature) => feature.name));
  for (const feature of features)
    for (const other of [...feature.requires, ...feature.conflicts])
      if (!names.has(other))
        throw damaged(feature.name, `names a feature ${other} that is not there`);
}

function unknownFeature(name: string, all: readonly Feature[]): CreateError {
  const known = all.map((feature) => feature.name).filter((other) => other !== 'base');
  return new CreateError(
    'INVALID_OPTION',
    `there is no feature ${name}`,
    `${didYouMean(name, known)}Features: ${known.join(', ')}.`,
  );
}

function read<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw damaged(path, (error as Error).message, error);
  }
}

/** A template of this package that cannot be used. */
export function damaged(what: string, problem: string, cause?: unknown): CreateError {
  return new CreateError(
    'DAMAGED',
    `the installation of create-chat-backend is damaged: ${what} ${problem}`,
    'Install it again, for example: npx create-chat-backend@latest',
    { cause },
  );
}
