import { additionWords } from '../templates/additions.ts';
import type { RunContext } from '../context.ts';
import { isOnPath } from '../lib/environment.ts';
import type { Feature } from '../templates/features.ts';
import { FEATURE_GROUPS } from '../templates/manifest.ts';
import { optionOf } from '../options/options.ts';
import type { Given } from '../options/options.ts';
import { BACK } from './question.ts';
import type { Choice } from './question.ts';

/** What may happen to files that are there; to leave them is to choose another directory. */
export const CONFLICT_CHOICES: readonly Choice[] = [
  { value: BACK, label: 'Stop', line: 'choose another directory' },
  { value: 'keep', label: 'Keep', line: 'keep them, and write only what is missing' },
  { value: 'overwrite', label: 'Replace', line: 'replace those in the way, each with a backup' },
];

/** The value of the preset that stands for no preset, but for features one by one. */
export const OWN_CHOICE = 'own';

/** The presets, each with how many features it brings, and which. */
export function presetChoices(features: readonly Feature[]): readonly Choice[] {
  const presets = optionOf('preset').choices ?? [];
  const broughtBy = (preset: string): readonly string[] =>
    features.filter((feature) => feature.presets.includes(preset)).map(({ name }) => name);
  const choices = presets.map((preset, index): Choice => {
    const brought = broughtBy(preset);
    const before = presets[index - 1];
    return {
      value: preset,
      label: preset,
      line: presetLine(brought, before, broughtBy(before ?? '')),
    };
  });
  const one = {
    value: OWN_CHOICE,
    label: 'choose',
    line: `one by one, from ${features.length} features`,
  };
  return [...choices, one];
}

/** What a preset brings, said by what it has more than the one before, where it has all of that. */
function presetLine(
  brought: readonly string[],
  before: string | undefined,
  those: readonly string[],
): string {
  if (brought.length === 0) return '0 features: the core alone';
  const count = `${brought.length} ${brought.length === 1 ? 'feature' : 'features'}`;
  const more = brought.filter((name) => !those.includes(name));
  const builds = those.length > 0 && more.length + those.length === brought.length;
  return `${count}: ${builds ? `those of ${before}, and ${more.join(', ')}` : brought.join(', ')}`;
}

/** Features to choose one by one, by what they are for, each with what it brings. */
export function featureChoices(features: readonly Feature[]): readonly Choice[] {
  return FEATURE_GROUPS.flatMap((group) =>
    features
      .filter((feature) => feature.group === group)
      .map((feature) => ({
        value: feature.name,
        label: feature.name,
        line: feature.summary,
        margin: [...needs(feature), additionWords(feature)].join('; '),
        group: `${group[0]?.toUpperCase()}${group.slice(1)}`,
      })),
  );
}

function needs({ requires }: Feature): readonly string[] {
  return requires.length === 0 ? [] : [`requires ${requires.join(', ')}`];
}

/** What an adapter means to somebody who never heard the word: `Several, over Redis`. */
export function adapterWords(name: string, features: readonly Feature[]): string {
  if (name === 'none') return 'One node';
  const summary = features.find((feature) => feature.name === name)?.summary ?? '';
  return `Several, ${/over .+$/.exec(summary)?.[0] ?? `over ${name}`}`;
}

/** One node, and the ways in which several talk to each other. */
export function adapterChoices(features: readonly Feature[]): readonly Choice[] {
  const adapters = features.filter((feature) => feature.adapter);
  return [
    {
      value: 'none',
      label: adapterWords('none', features),
      line: 'nothing more to run; more can come later',
    },
    ...adapters.map((feature) => ({
      value: feature.name,
      label: adapterWords(feature.name, features),
      line: additionWords(feature),
    })),
  ];
}

/**
 * The package managers, beginning with one that may be chosen: who installs has to be there, and
 * without installing any may be chosen.
 */
export function packageManagerChoices(
  given: Given,
  { environment }: RunContext,
): { readonly choices: readonly Choice[]; readonly default: string | undefined } {
  const names = optionOf('packageManager').choices ?? [];
  const found = names.filter((name) => isOnPath(name, environment));
  // With nothing to choose there is no question; the run then says what is missing.
  const mustBeFound = given.install !== false && found.length > 0;
  return {
    choices: names.map((name) => ({
      value: name,
      label: name,
      disabled: mustBeFound && !found.includes(name) ? ' (not found)' : undefined,
    })),
    default: mustBeFound ? found[0] : names[0],
  };
}
