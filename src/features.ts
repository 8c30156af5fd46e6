import { CreateError } from './errors.ts';
import { BASE } from './manifest.ts';
import { readFeatures } from './read-features.ts';
import type { Feature } from './read-features.ts';
import { visible } from './text.ts';
import { didYouMean } from './suggest.ts';

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

function unknownFeature(name: string, all: readonly Feature[]): CreateError {
  const known = all.map((feature) => feature.name).filter((other) => other !== BASE);
  return new CreateError(
    'INVALID_OPTION',
    `there is no feature ${visible(name)}`,
    `${didYouMean(name, known)}Features: ${known.join(', ')}.`,
  );
}
