import { CreateError } from '../errors.ts';
import {
  adapterNames,
  choosableFeatures,
  selectFeatures,
  unknownFeature,
} from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { contradiction, invalidOption } from './option-value.ts';
import { DEFAULTS, optionOf } from './options.ts';
import type { CreateOptions } from './options.ts';

/** The features of a project, without the base, and its adapter or `none`. */
export interface Selection {
  readonly features: readonly string[];
  readonly adapter: string;
}

type Wanted = Pick<CreateOptions, 'preset' | 'features' | 'withoutFeatures' | 'adapter'>;

/**
 * Decides what a project has: the preset's features, the wanted ones and all they require.
 * @throws CreateError INVALID_OPTION for an unknown name or a contradiction.
 */
export function selectionOf(given: Wanted, all: readonly Feature[]): Selection {
  const wanted = wantedFeatures(given, all);
  const adapter = given.adapter ?? DEFAULTS.adapter;
  const adapters = adapterNames(all);
  if (!adapters.includes(adapter))
    throw invalidOption(optionOf('adapter'), adapter, 'is not one of the choices', adapters);
  const selected = selectFeatures(all, adapter === 'none' ? wanted : [...wanted, adapter]);
  const names = selected.map((feature) => feature.name);
  const left = given.withoutFeatures?.find((name) => names.includes(name));
  if (left !== undefined) throw stillNeeded(left, given.features ?? [], selected);
  const required = selected.find((feature) => feature.adapter)?.name ?? 'none';
  if (given.adapter === 'none' && required !== 'none')
    throw contradiction('--adapter none', `a feature that requires ${required}`);
  return { features: choosableFeatures(selected).map(({ name }) => name), adapter: required };
}

/** The preset that brings exactly what is selected, or undefined. */
export function presetWith(
  { features, adapter }: Selection,
  all: readonly Feature[],
): string | undefined {
  return optionOf('preset').choices?.find((name) => {
    const preset = name as NonNullable<Wanted['preset']>;
    return selectionOf({ preset, adapter }, all).features.join() === features.join();
  });
}

function wantedFeatures(given: Wanted, all: readonly Feature[]): readonly string[] {
  const { features, withoutFeatures = [] } = given;
  const choosable = choosableFeatures(all);
  const known = new Set(choosable.map((feature) => feature.name));
  const odd = [...(features ?? []), ...withoutFeatures].find((name) => !known.has(name));
  if (odd !== undefined) throw unknownFeature(odd, all);
  const preset = given.preset ?? (features ? undefined : DEFAULTS.preset);
  const brought = choosable.filter(
    ({ name, presets }) =>
      preset !== undefined && presets.includes(preset) && !withoutFeatures.includes(name),
  );
  return [...brought.map((feature) => feature.name), ...(features ?? [])];
}

function stillNeeded(
  name: string,
  asked: readonly string[],
  selected: readonly Feature[],
): CreateError {
  if (asked.includes(name)) return contradiction(`--features ${name}`, `--no-${name}`);
  const needs = selected.find((feature) => feature.requires.includes(name))?.name ?? name;
  return new CreateError(
    'INVALID_OPTION',
    `${name} cannot be left out: ${needs} requires it`,
    `Leave out both: --no-${name} --no-${needs}`,
  );
}
