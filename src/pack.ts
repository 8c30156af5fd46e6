import { readFileSync } from 'node:fs';
import { crc32, gunzipSync } from 'node:zlib';
import { undamaged } from './damaged.ts';
import type { Manifest } from './manifest.ts';
import { LAST_BLOCK, deflateBlocks, pristineOf, rememberPristine } from './pristine.ts';
import type { Feature } from './read-features.ts';
import type { TemplateFile } from './template-files.ts';

/**
 * Every feature folder in two files, because reading and compressing each of their files takes most
 * of the time of a run.
 */
export interface Pack {
  /** What the folders hold, without the texts. */
  readonly index: readonly PackedFeature[];
  /** A gzip file of all texts, in which the part of each is also what the record of a project keeps. */
  readonly texts: Buffer;
}

interface PackedFeature extends Manifest {
  readonly files: readonly PackedFile[];
}

interface PackedFile extends Omit<TemplateFile, 'bytes'> {
  readonly hash: string;
  readonly length: number;
  readonly deflatedLength: number;
}

// No name, no date, no system: the same files give the same bytes.
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Packs features. */
export function packFeatures(features: readonly Feature[]): Pack {
  const texts: Buffer[] = [];
  const blocks: Buffer[] = [];
  const index = features.map((feature) => ({
    ...feature,
    files: feature.files.map(({ bytes, ...file }) => {
      const deflated = deflateBlocks(bytes);
      texts.push(bytes);
      blocks.push(deflated);
      const lengths = { length: bytes.length, deflatedLength: deflated.length };
      return { ...file, hash: pristineOf(bytes).hash, ...lengths };
    }),
  }));
  const trailer = gzipTrailer(Buffer.concat(texts));
  return { index, texts: Buffer.concat([GZIP_HEADER, ...blocks, LAST_BLOCK, trailer]) };
}

function gzipTrailer(text: Buffer): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(text), 0);
  trailer.writeUInt32LE(text.length, 4);
  return trailer;
}

/** The features of a pack. The file with the texts is read when the first of them is needed. */
export function unpackFeatures(index: Pack['index'], textsFile: string): readonly Feature[] {
  const files = index.flatMap((feature) => feature.files);
  let texts: ReadonlyMap<PackedFile, Buffer> | undefined;
  const textOf = (file: PackedFile): Buffer => {
    texts ??= undamaged(textsFile, () => unpackTexts(files, readFileSync(textsFile)));
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
  let part = GZIP_HEADER.length;
  for (const file of files) {
    const bytes = text.subarray(from, (from += file.length));
    const blocks = packed.subarray(part, (part += file.deflatedLength));
    rememberPristine(bytes, { hash: file.hash, deflated: Buffer.concat([blocks, LAST_BLOCK]) });
    texts.set(file, bytes);
  }
  return texts;
}
