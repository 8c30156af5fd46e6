import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { reportingDamage } from './damaged-installation.ts';
import type { Feature } from './read-features.ts';
import type { TemplateFile } from './template-files.ts';

/** Every feature folder in two files, because reading each of their files takes most of a run. */
export interface Pack {
  readonly index: PackIndex;
  /** All texts, one after the other, as they are: unpacking them would take longer than reading them. */
  readonly texts: Buffer;
}

/** What the folders hold, without the texts. */
interface PackIndex {
  readonly features: readonly PackedFeature[];
  /** CRC-32 of all texts: it is there to notice damage, nobody is kept out by it. */
  readonly checksum: number;
}

interface PackedFeature extends Omit<Feature, 'files'> {
  readonly files: readonly PackedFile[];
}

interface PackedFile extends Omit<TemplateFile, 'bytes'> {
  readonly length: number;
}

/** Packs features; the same ones give the same bytes on every system. */
export function packFeatures(features: readonly Feature[]): Pack {
  const packed = features.map((feature) => ({
    ...feature,
    files: feature.files.map(({ bytes, ...file }) => ({ ...file, length: bytes.length })),
  }));
  const texts = Buffer.concat(features.flatMap(({ files }) => files.map(({ bytes }) => bytes)));
  return { index: { features: packed, checksum: crc32(texts) }, texts };
}

/** The features of a pack. The file with the texts is read when the first of them is needed. */
export function unpackFeatures(index: PackIndex, textsFile: string): readonly Feature[] {
  let texts: ReadonlyMap<PackedFile, Buffer> | undefined;
  const textOf = (file: PackedFile): Buffer => {
    texts ??= reportingDamage(textsFile, () => splitTexts(index, readFileSync(textsFile)));
    return texts.get(file) as Buffer;
  };
  return index.features.map((feature) => ({
    ...feature,
    files: feature.files.map((file) => ({
      path: file.path,
      isHost: file.isHost,
      isExecutable: file.isExecutable,
      source: file.source,
      ...(file.beside === undefined ? {} : { beside: file.beside }),
      get bytes() {
        return textOf(file);
      },
    })),
  }));
}

function splitTexts(
  { features, checksum }: PackIndex,
  text: Buffer,
): ReadonlyMap<PackedFile, Buffer> {
  const texts = new Map<PackedFile, Buffer>();
  let from = 0;
  for (const { files } of features)
    for (const file of files) texts.set(file, text.subarray(from, (from += file.length)));
  if (text.length !== from || crc32(text) !== checksum)
    throw new RangeError('has other bytes than those of this version');
  return texts;
}
