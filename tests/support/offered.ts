import { featureChoices } from '../../src/prompts/choices.ts';
import { choosableFeatures, loadFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';

const features = choosableFeatures(loadFeatures(TEMPLATES));

/** The features, in the order in which the question shows them. */
export const OFFERED: readonly string[] = featureChoices(features).map(({ label }) => label);

/** The features of a preset, in the same order. */
export function offeredIn(preset: string): readonly string[] {
  return OFFERED.filter((name) =>
    features.some((feature) => feature.name === name && feature.presets.includes(preset)),
  );
}
