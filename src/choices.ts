import type { Run } from './context.ts';
import { isOnPath } from './environment.ts';
import type { Feature } from './features.ts';
import { DEFAULTS, optionOf } from './options.ts';
import type { Given } from './options.ts';

/** What may happen to files that are there. */
export const CONFLICT_CHOICES = [
  { value: 'abort', name: 'stop here', short: 'stop' },
  { value: 'keep', name: 'keep them, and write only what is missing', short: 'keep' },
  { value: 'overwrite', name: 'replace those in the way, each with a backup', short: 'replace' },
];

/** The value of the preset that stands for no preset, but for features one by one. */
export const OWN_CHOICE = 'own';

/** The presets, each with the features that it brings. */
export function presetChoices(features: readonly Feature[]): readonly object[] {
  const presets = (optionOf('preset').choices ?? []).map((preset) => {
    const brought = features.filter((feature) => feature.presets.includes(preset));
    const names = brought.map((feature) => feature.name).join(', ');
    return { value: preset, name: preset, description: names || 'the core alone' };
  });
  const own = { value: OWN_CHOICE, name: 'other', description: 'chosen one by one' };
  return [...presets, own];
}

/** Features to choose one by one, beginning with those of the default preset. */
export function featureChoices(features: readonly Feature[]): readonly object[] {
  return aligned(features).map((choice, index) => ({
    ...choice,
    checked: features[index]?.presets.includes(DEFAULTS.preset),
  }));
}

/** None, and the adapters. */
export function adapterChoices(features: readonly Feature[]): readonly object[] {
  const none = { name: 'none', summary: 'One node' };
  return aligned([none, ...features.filter((feature) => feature.adapter)]);
}

/**
 * The package managers, beginning with one that may be chosen: who installs has to be there, and
 * without installing any may be chosen.
 */
export function packageManagerChoices(
  given: Given,
  { environment }: Run,
): { readonly choices: readonly object[]; readonly default: string | undefined } {
  const names = optionOf('packageManager').choices ?? [];
  const found = names.filter((name) => isOnPath(name, environment));
  // With nothing to choose there is no question; the run then says what is missing.
  const mustBeFound = given.install !== false && found.length > 0;
  return {
    choices: names.map((name) => ({
      value: name,
      disabled: mustBeFound && !found.includes(name) && '(not found)',
    })),
    default: mustBeFound ? found[0] : names[0],
  };
}

function aligned(rows: readonly { readonly name: string; readonly summary: string }[]): object[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, summary }) => ({
    value: name,
    name: `${name.padEnd(width)}  ${summary}`,
    short: name,
  }));
}
