/** The feature that every project has. */
export const BASE = 'base';

/** How a later version merges a file with its owner's edits. */
export const POLICIES = ['text', 'json', 'union', 'soft', 'binary'] as const;
export type Policy = (typeof POLICIES)[number];

/** What features are for: the headings under which a person finds them, in this order. */
export const FEATURE_GROUPS = [
  'conversations',
  'accounts',
  'integrations',
  'operating',
  'other',
] as const;
export type Group = (typeof FEATURE_GROUPS)[number];

/** What a feature gives to a slot: a text, or named texts that a host prints. */
export type SlotEntry = string | Readonly<Record<string, string>>;

/** What a feature gives to slots, by their names. */
export type SlotEntries = Readonly<Record<string, readonly SlotEntry[]>>;

/** What a feature folder says of itself in feature.json; feature.schema.json tells editors the same. */
export interface Manifest {
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  readonly group: Group;
  /** The presets that bring it. */
  readonly presets: readonly string[];
  /** Features that come along. */
  readonly requires: readonly string[];
  /** Features that cannot be there too. */
  readonly conflicts: readonly string[];
  /** It connects several nodes: `--adapter` chooses one of these or none, and no preset brings one. */
  readonly adapter: boolean;
  readonly slots: SlotEntries;
  /** What it gives to slots beside another feature, by the name of that one, which may be absent. */
  readonly with: Readonly<Record<string, SlotEntries>>;
  /** The policy of a file whose name does not tell it. */
  readonly policies: Readonly<Record<string, Policy>>;
}

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  $schema: isText,
  name: isText,
  summary: isText,
  group: (value) => FEATURE_GROUPS.includes(value as Group),
  presets: isTexts,
  requires: isTexts,
  conflicts: isTexts,
  adapter: (value) => typeof value === 'boolean',
  slots: areSlots,
  with: (value) => isRecordOf(value, areSlots),
  policies: (value) => isRecordOf(value, (policy) => POLICIES.includes(policy as Policy)),
};

const EMPTY = {
  group: 'other',
  presets: [],
  requires: [],
  conflicts: [],
  adapter: false,
  slots: {},
  with: {},
  policies: {},
} as const;

/** Reads the text of a feature.json. @throws Error that says what is wrong with it. */
export function parseManifest(text: string, name: string): Manifest {
  const data: unknown = JSON.parse(text);
  if (!isRecordOf(data, () => true)) throw new TypeError('is not an object');
  for (const [key, value] of Object.entries(data)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
    if (check === undefined) throw new TypeError(`has an unknown key ${key}`);
    if (!check(value)) throw new TypeError(`has an impossible value for ${key}`);
  }
  if (data['name'] !== name) throw new TypeError('has another name than its folder');
  if (data['summary'] === undefined) throw new TypeError('has no summary');
  const given = data as Partial<Manifest> & Pick<Manifest, 'name' | 'summary'>;
  if (given.adapter && given.presets) throw new TypeError('is an adapter, which no preset brings');
  for (const other of Object.keys(given.with ?? {})) assertOther(name, other);
  return { ...EMPTY, ...given };
}

/** What counts beside another feature only names one that can be absent. @throws TypeError */
export function assertOther(name: string, other: string): void {
  if (other === name || other === BASE)
    throw new TypeError(
      `is with ${other}, which is always there: without "with" it counts as well`,
    );
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(other))
    throw new TypeError(`is with ${other}, which no feature can be called`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function areSlots(value: unknown): boolean {
  return isRecordOf(value, (entries) => Array.isArray(entries) && entries.every(isEntry));
}

function isEntry(value: unknown): boolean {
  return isText(value) || isRecordOf(value, (part) => typeof part === 'string');
}

function isRecordOf(
  value: unknown,
  check: (value: unknown) => boolean,
): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(check)
  );
}
