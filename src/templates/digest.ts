import { createHash } from 'node:crypto';
import type { Manifest } from './manifest.ts';
import type { TemplateFile } from './template-files.ts';

const DIGITS = 16;

/** What tells a feature folder from one that gives other bytes to a project. */
export function featureDigest(
  feature: Manifest & { readonly files: readonly TemplateFile[] },
): string {
  const { name, slots, with: beside, requires, conflicts, policies, files } = feature;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([name, slots, beside, requires, conflicts, policies]));
  for (const file of files) {
    const { path, isHost, isExecutable, bytes } = file;
    const head = [path, file.beside, isHost, isExecutable, bytes.length];
    hash.update(JSON.stringify(head)).update(bytes);
  }
  return hash.digest('hex');
}

/**
 * The same for all of them, short enough for a record. Every run needs it: it is made of the digests
 * that are there already, without another hash.
 */
export function templatesDigest(features: readonly { readonly digest: string }[]): string {
  const parts = features.map(({ digest }) => BigInt(`0x${digest.slice(0, DIGITS)}`));
  const sum = parts.reduce((all, part) => all ^ part, 0n);
  return sum.toString(16).padStart(DIGITS, '0');
}
