import { loadFeatures } from './features.ts';
import { BASE } from './manifest.ts';
import { TEMPLATES } from '../package.ts';

/** A feature as a user of this package sees it. */
export interface FeatureSummary {
  readonly name: string;
  readonly summary: string;
  /** The presets that bring it. */
  readonly presets: readonly string[];
  readonly requires: readonly string[];
  /** Whether it is chosen as `adapter`, and not among the `features`. */
  readonly adapter: boolean;
}

/** Every feature a project can have. @throws CreateError DAMAGED when a template is broken. */
export function listFeatures(): readonly FeatureSummary[] {
  return loadFeatures(TEMPLATES)
    .filter((feature) => feature.name !== BASE)
    .map(({ name, summary, presets, requires, adapter }) => ({
      name,
      summary,
      presets,
      requires,
      adapter,
    }));
}
