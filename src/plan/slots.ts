import { damagedInstallation } from '../templates/damaged-installation.ts';
import type { Feature } from '../templates/features.ts';
import type { SlotEntry } from '../templates/manifest.ts';

/** The slots of a project: every one that a host prints, empty ones too. */
export type Slots = Readonly<Record<string, readonly SlotEntry[]>>;

/**
 * Collects what the features give to each slot. Imports stand in the order of their paths, as
 * formatters and readers expect; everything else in the order of the features.
 * @throws CreateError DAMAGED for a slot that no host prints.
 */
export function fillSlots(features: readonly Feature[]): Slots {
  const slots: Record<string, SlotEntry[]> = Object.create(null);
  for (const name of printedSlots(features)) slots[name] = [];
  for (const feature of features)
    for (const [name, entries] of Object.entries(feature.slots)) {
      const slot = slots[name];
      if (slot === undefined)
        throw damagedInstallation(feature.name, `fills a slot ${name} that no host prints`);
      slot.push(...entries);
    }
  for (const entries of Object.values(slots)) entries.sort(byImport);
  return slots;
}

function printedSlots(features: readonly Feature[]): readonly string[] {
  return features
    .flatMap((feature) => feature.files)
    .filter((file) => file.isHost)
    .flatMap((file) => [...file.bytes.toString().matchAll(/\bslots\.(\w+)/g)])
    .map(([, name]) => name as string);
}

function byImport(a: SlotEntry, b: SlotEntry): number {
  if (typeof a === 'string' || typeof b === 'string') return 0;
  const [left, right] = [a['from'] ?? '', b['from'] ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
