import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { damagedInstallation, reportingDamage } from './damaged-installation.ts';
import { featureDigest } from './digest.ts';
import { assertOther, BASE, parseManifest } from './manifest.ts';
import type { Manifest, SlotEntry } from './manifest.ts';
import { besideWhich, loadFiles, loadFragments } from './template-files.ts';
import type { TemplateFile } from './template-files.ts';

/** A feature folder, read. */
export interface Feature extends Manifest {
  readonly files: readonly TemplateFile[];
  /** What tells it from a folder that gives other bytes to a project. */
  readonly digest: string;
}

/** Reads every feature folder as it is now. @throws CreateError DAMAGED. */
export function readFeatures(directory: string): readonly Feature[] {
  const names = reportingDamage(directory, () => readdirSync(directory))
    .filter((name) => statSync(join(directory, name)).isDirectory() && name !== BASE)
    .sort();
  const features = [BASE, ...names].map((name) => readFeature(join(directory, name), name));
  features.forEach((feature) => assertFeature(feature, features));
  return features;
}

function readFeature(directory: string, name: string): Feature {
  const path = join(directory, 'feature.json');
  const manifest = reportingDamage(path, () => parseManifest(readFileSync(path, 'utf8'), name));
  return reportingDamage(directory, () => {
    const slots: Record<string, readonly SlotEntry[]> = { ...manifest.slots };
    for (const [slot, text] of loadFragments(join(directory, 'fragments')))
      slots[slot] = [...(slots[slot] ?? []), text];
    const feature = { ...manifest, slots, files: filesOf(directory, name) };
    return { ...feature, digest: featureDigest(feature) };
  });
}

function filesOf(directory: string, name: string): readonly TemplateFile[] {
  const others = besideWhich(directory);
  for (const other of others) assertOther(name, other);
  return [undefined, ...others].flatMap((other) => loadFiles(directory, other));
}

function assertFeature(feature: Feature, all: readonly Feature[]): void {
  const missing = [...feature.requires, ...feature.conflicts].find(
    (name) => !all.some((other) => other.name === name),
  );
  if (missing !== undefined)
    throw damagedInstallation(feature.name, `names a feature ${missing} that is not there`);
}
