import { CreateError } from '../errors.ts';
import { BASE } from './manifest.ts';
import type { SlotEntry } from './manifest.ts';
import { readFeatures } from './read-features.ts';
import type { Feature } from './read-features.ts';
import { shortened } from '../lib/text.ts';
import { didYouMean } from '../lib/suggest.ts';

export { readFeatures };
export type { Feature };

const loaded = new Map<string, readonly Feature[]>();

/**
 * Reads every feature folder, `base` first, the others by name; once a process and directory.
 * @throws CreateError DAMAGED with the file that is missing or wrong.
 */
export function loadFeatures(directory: string): readonly Feature[] {
  const features = loaded.get(directory) ?? readFeatures(directory);
  loaded.set(directory, features);
  return features;
}

/** What a user chooses from with `--features`: all but the base and the adapters. */
export function choosableFeatures(all: readonly Feature[]): readonly Feature[] {
  return all.filter((feature) => feature.name !== BASE && !feature.adapter);
}

/** What a user chooses from with `--adapter`. */
export function adapterNames(all: readonly Feature[]): readonly string[] {
  return ['none', ...all.filter((feature) => feature.adapter).map((feature) => feature.name)];
}

/**
 * The wanted features with all they require, `base` always, in their canonical order.
 * @throws CreateError INVALID_OPTION for an unknown name or a conflict.
 */
export function selectFeatures(
  all: readonly Feature[],
  wanted: readonly string[],
): readonly Feature[] {
  const selected = new Set<string>();
  const visit = (name: string): void => {
    const feature = all.find((candidate) => candidate.name === name);
    if (feature === undefined) throw unknownFeature(name, all);
    if (selected.has(name)) return;
    selected.add(name);
    feature.requires.forEach(visit);
  };
  [BASE, ...wanted].forEach(visit);
  const features = all.filter((feature) => selected.has(feature.name));
  assertTogether(features);
  return features;
}

/** These features with what each of them has for another one that is there. */
export function besideEachOther(features: readonly Feature[]): readonly Feature[] {
  const isThere = (name: string): boolean => features.some((feature) => feature.name === name);
  return features.map((feature) => {
    const slots: Record<string, readonly SlotEntry[]> = { ...feature.slots };
    for (const [, more] of Object.entries(feature.with).filter(([other]) => isThere(other)))
      for (const [slot, entries] of Object.entries(more))
        slots[slot] = [...(slots[slot] ?? []), ...entries];
    const files = feature.files.filter(({ beside }) => beside === undefined || isThere(beside));
    return { ...feature, slots, files };
  });
}

function assertTogether(features: readonly Feature[]): void {
  for (const { name, adapter, conflicts } of features) {
    const other = features.find(
      (one) => conflicts.includes(one.name) || (adapter && one.adapter && one.name !== name),
    );
    if (other === undefined) continue;
    throw new CreateError(
      'INVALID_OPTION',
      `the features ${name} and ${other.name} exclude each other`,
      adapter && other.adapter
        ? `Choose one of them: --adapter ${name} or --adapter ${other.name}`
        : `Leave one out: --no-${name} or --no-${other.name}`,
    );
  }
}

/** The error for a name that is no feature. */
export function unknownFeature(name: string, all: readonly Feature[]): CreateError {
  const known = choosableFeatures(all).map((feature) => feature.name);
  if (adapterNames(all).includes(name))
    return new CreateError(
      'INVALID_OPTION',
      `${name} is chosen by an option of its own`,
      `Type: --adapter ${name}`,
    );
  return new CreateError(
    'INVALID_OPTION',
    `there is no feature ${shortened(name)}`,
    `${didYouMean(name, known)}Features: ${known.join(', ')}.`,
  );
}
