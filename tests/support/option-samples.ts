import fc from 'fast-check';
import { adapterNames, choosableFeatures, loadFeatures } from '../../src/templates/features.ts';
import type { OptionRow } from '../../src/options/option-row.ts';
import { OPTIONS, SHARED_OPTIONS, flagOf } from '../../src/options/options.ts';
import type { CreateOptions } from '../../src/options/options.ts';
import { TEMPLATES } from '../../src/package.ts';
import { hostileLine } from './hostile-text.ts';

/** The features of this package, and the names among them that can be chosen. */
export const FEATURES = loadFeatures(TEMPLATES);
const NAMES = choosableFeatures(FEATURES).map((feature) => feature.name);

/** Every option, whatever it has beside what all have. */
export const ROWS = OPTIONS as readonly OptionRow[];

/** Values of texts that have a form of their own. */
const FORMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  directory: ['other-app', './a b/my-app', "it's/my-app", '$HOME/`x`/my-app'],
  packageName: ['other-name', '@team/chat', 'x.y-z'],
  databaseUri: ['mongodb://localhost/chat', 'mongodb://a:$b#c@host/chat?appName=a b'],
};

/** A value that the option takes and that is not its default. */
export function sampleOf(option: OptionRow): unknown {
  const { key, kind, choices, negative } = option;
  if (kind === 'list') return NAMES.slice(0, 1);
  if (kind === 'port') return 4000;
  if (kind === 'switch') return negative === undefined;
  if (kind === 'adapter') return adapterNames(FEATURES).at(-1);
  return FORMS[key]?.[0] ?? choices?.at(-1) ?? 'some text';
}

/** The same on the command line. */
export function argvOf(option: OptionRow, value: unknown): readonly string[] {
  const flag = flagOf(option);
  if (option.key === 'directory') return [String(value)];
  if (option.key === 'withoutFeatures') return (value as string[]).map((name) => `--no-${name}`);
  if (value === true) return [flag];
  if (value === false) return option.negative ? [option.negative] : [];
  return [`${flag}=${Array.isArray(value) ? value.join() || 'none' : String(value)}`];
}

/** Any value that the option takes. */
function anyOf({ key, kind, choices }: OptionRow): fc.Arbitrary<unknown> {
  const names = fc.subarray([...NAMES]);
  const texts = FORMS[key] ? fc.constantFrom(...FORMS[key]) : hostileLine;
  const values: Readonly<Record<OptionRow['kind'], fc.Arbitrary<unknown>>> = {
    text: texts,
    file: texts,
    port: fc.integer({ min: 1, max: 65_535 }),
    switch: fc.boolean(),
    choice: fc.constantFrom(...(choices ?? [''])),
    list: names,
    adapter: fc.constantFrom(...adapterNames(FEATURES)),
  };
  return values[kind];
}

/** Any options of createProject, each given or not; what contradicts itself is among them. */
export const anyOptions: fc.Arbitrary<CreateOptions> = fc
  .record(Object.fromEntries(SHARED_OPTIONS.map((option) => [option.key, anyOf(option)])), {
    requiredKeys: ['directory'],
  })
  .map((options) => options as unknown as CreateOptions);
