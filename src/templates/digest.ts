import { createHash } from 'node:crypto';
import type { Manifest } from './manifest.ts';
import type { TemplateFile } from './template-files.ts';

const DIGITS = 16;

/** What tells a feature folder from one that gives other bytes to a project. */
export function featureDigest(
  feature: Manifest & { readonly files: readonly TemplateFile[] },
): string {
  const { name, slots, requires, conflicts, policies, files } = feature;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([name, slots, requires, conflicts, policies]));
  for (const { path, isHost, isExecutable, bytes } of files)
    hash.update(JSON.stringify([path, isHost, isExecutable, bytes.length])).update(bytes);
  return hash.digest('hex');
}

/** The same for all of them, short enough for a record. */
export function templatesDigest(features: readonly { readonly digest: string }[]): string {
  const digests = features.map(({ digest }) => digest);
  return createHash('sha256').update(digests.join()).digest('hex').slice(0, DIGITS);
}
