import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportingDamage } from './damaged-installation.ts';
import { unpackFeatures } from './pack.ts';
import type { Pack } from './pack.ts';
import type { Feature } from './read-features.ts';

const INDEX = join(import.meta.dirname, 'templates.json');
const TEXTS = join(import.meta.dirname, 'templates.txt');

/**
 * Stands in for read-features.ts in the published package, where the folders are packed.
 * @throws CreateError DAMAGED with the file that is missing or wrong.
 */
export function readFeatures(): readonly Feature[] {
  return reportingDamage(INDEX, () => {
    const index = JSON.parse(readFileSync(INDEX, 'utf8')) as Pack['index'];
    return unpackFeatures(index, TEXTS);
  });
}
