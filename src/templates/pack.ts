import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { reportingDamage } from './damaged-installation.ts';
import type { Feature } from './read-features.ts';
import type { TemplateFile } from './template-files.ts';

/** Every feature folder in two files, because reading each of their files takes most of a run. */
export interface Pack {
  /** What the folders hold, without the texts. */
  readonly index: readonly PackedFeature[];
  /** A gzip file of all texts. */
  readonly texts: Buffer;
}

interface PackedFeature extends Omit<Feature, 'files'> {
  readonly files: readonly PackedFile[];
}

interface PackedFile extends Omit<TemplateFile, 'bytes'> {
  readonly length: number;
}

// Where a gzip file names the system it was made on, and what says that nobody knows.
const SYSTEM = 9;
const UNKNOWN = 255;

/** Packs features; the same ones give the same bytes on every system. */
export function packFeatures(features: readonly Feature[]): Pack {
  const index = features.map((feature) => ({
    ...feature,
    files: feature.files.map(({ bytes, ...file }) => ({ ...file, length: bytes.length })),
  }));
  const texts = features.flatMap(({ files }) => files.map(({ bytes }) => bytes));
  const packed = gzipSync(Buffer.concat(texts), { level: 9 });
  packed[SYSTEM] = UNKNOWN;
  return { index, texts: packed };
}

/** The features of a pack. The file with the texts is read when the first of them is needed. */
export function unpackFeatures(index: Pack['index'], textsFile: string): readonly Feature[] {
  const files = index.flatMap((feature) => feature.files);
  let texts: ReadonlyMap<PackedFile, Buffer> | undefined;
  const textOf = (file: PackedFile): Buffer => {
    texts ??= reportingDamage(textsFile, () => unpackTexts(files, readFileSync(textsFile)));
    return texts.get(file) as Buffer;
  };
  return index.map((feature) => ({
    ...feature,
    files: feature.files.map((file) => ({
      path: file.path,
      isHost: file.isHost,
      isExecutable: file.isExecutable,
      source: file.source,
      get bytes() {
        return textOf(file);
      },
    })),
  }));
}

function unpackTexts(
  files: readonly PackedFile[],
  packed: Buffer,
): ReadonlyMap<PackedFile, Buffer> {
  const length = files.reduce((sum, file) => sum + file.length, 0);
  // One chunk for everything and a byte more, so that nothing is copied; zlib takes no less than 64.
  const text = gunzipSync(packed, { chunkSize: Math.max(64, length + 1) });
  if (text.length !== length) throw new RangeError('does not belong to this version');
  const texts = new Map<PackedFile, Buffer>();
  let from = 0;
  for (const file of files) texts.set(file, text.subarray(from, (from += file.length)));
  return texts;
}
