import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { damaged, undamaged } from './damaged.ts';
import { BASE, parseManifest } from './manifest.ts';
import type { Manifest, SlotEntry } from './manifest.ts';
import { loadFiles, loadFragments } from './template-files.ts';
import type { TemplateFile } from './template-files.ts';

/** A feature folder, read. */
export interface Feature extends Manifest {
  readonly files: readonly TemplateFile[];
}

/** Reads every feature folder as it is now. @throws CreateError DAMAGED. */
export function readFeatures(directory: string): readonly Feature[] {
  const names = undamaged(directory, () => readdirSync(directory))
    .filter((name) => statSync(join(directory, name)).isDirectory() && name !== BASE)
    .sort();
  const features = [BASE, ...names].map((name) => readFeature(join(directory, name), name));
  features.forEach((feature) => assertFeature(feature, features));
  return features;
}

function readFeature(directory: string, name: string): Feature {
  const path = join(directory, 'feature.json');
  const manifest = undamaged(path, () => parseManifest(readFileSync(path, 'utf8'), name));
  return undamaged(directory, () => {
    const slots: Record<string, readonly SlotEntry[]> = { ...manifest.slots };
    for (const [slot, text] of loadFragments(join(directory, 'fragments')))
      slots[slot] = [...(slots[slot] ?? []), text];
    return { ...manifest, slots, files: loadFiles(join(directory, 'files')) };
  });
}

function assertFeature(feature: Feature, all: readonly Feature[]): void {
  const missing = [...feature.requires, ...feature.conflicts].find(
    (name) => !all.some((other) => other.name === name),
  );
  if (missing !== undefined)
    throw damaged(feature.name, `names a feature ${missing} that is not there`);
  const host = feature.files.find((file) => file.isHost);
  if (host !== undefined && feature.name !== BASE)
    throw damaged(host.source, 'is a host outside the base');
}
