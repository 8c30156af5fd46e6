import { readFileSync } from 'node:fs';
import { undamaged } from './damaged.ts';
import type { Manifest } from './manifest.ts';
import type { Feature } from './read-features.ts';
import { baseLine, rememberBaseLine } from './record.ts';
import { modeOf } from './template-files.ts';
import type { TemplateFile } from './template-files.ts';

/**
 * Every feature folder in two files, because reading and compressing each of their files takes most
 * of the time of a run.
 */
export interface Pack {
  /** What the folders hold, without the texts. */
  readonly index: readonly PackedFeature[];
  /** The text of every file, each with its line for the record of a project. */
  readonly texts: Buffer;
}

interface PackedFeature extends Manifest {
  readonly files: readonly PackedFile[];
}

interface PackedFile extends Omit<TemplateFile, 'bytes'> {
  readonly length: number;
  /** 0 for a host, whose text depends on the project. */
  readonly lineLength: number;
}

/** Packs features. */
export function packFeatures(features: readonly Feature[]): Pack {
  const texts: Buffer[] = [];
  const index = features.map((feature) => ({
    ...feature,
    files: feature.files.map(({ bytes, ...file }) => {
      const line = file.isHost ? Buffer.alloc(0) : lineOf({ ...file, bytes }, feature);
      texts.push(bytes, line);
      return { ...file, length: bytes.length, lineLength: line.length };
    }),
  }));
  return { index, texts: Buffer.concat(texts) };
}

function lineOf(file: TemplateFile, { name, policies }: Feature): Buffer {
  const { path, bytes } = file;
  return baseLine({ path, bytes, mode: modeOf(file), feature: name }, policies);
}

/** The features of a pack. The file with the texts is read when the first of them is needed. */
export function unpackFeatures(index: Pack['index'], textsFile: string): readonly Feature[] {
  const files = index.flatMap((feature) => feature.files);
  let texts: ReadonlyMap<PackedFile, Buffer> | undefined;
  const textOf = (file: PackedFile): Buffer => {
    texts ??= undamaged(textsFile, () => cutTexts(files, readFileSync(textsFile)));
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

function cutTexts(files: readonly PackedFile[], texts: Buffer): ReadonlyMap<PackedFile, Buffer> {
  let at = 0;
  const found = new Map<PackedFile, Buffer>();
  for (const file of files) {
    const bytes = texts.subarray(at, (at += file.length));
    const line = texts.subarray(at, (at += file.lineLength));
    if (!file.isHost) rememberBaseLine(bytes, line);
    found.set(file, bytes);
  }
  if (at !== texts.length) throw new RangeError(`has ${texts.length} bytes instead of ${at}`);
  return found;
}
