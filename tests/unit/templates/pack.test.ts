import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packFeatures, unpackFeatures } from '../../../src/templates/pack.ts';
import { scratch } from '../../support/scratch.ts';
import { features } from '../../support/templates.ts';

const read = features({
  'base/files/a.txt': 'the same text, the same text\n',
  'base/files/b.txt': 'the same text, the same text\n',
  'base/files/empty.txt': '',
  'typing/feature.json': { name: 'typing', summary: 'Typing', slots: { readme: ['one'] } },
  'typing/files/日本.bin': '日本\n',
  'typing/files+page/a.txt': 'beside a page\n',
});

function written(texts: Buffer): string {
  const file = join(scratch(), 'templates.txt');
  writeFileSync(file, texts);
  return file;
}

describe('a pack', () => {
  const { index, texts } = packFeatures(read);

  it('gives back what was packed, through JSON and a file', () => {
    const copy = JSON.parse(JSON.stringify(index)) as typeof index;
    expect(unpackFeatures(copy, written(texts))).toEqual(read);
  });

  it('has all texts as they are', () => {
    const all = read.flatMap(({ files }) => files.map(({ bytes }) => bytes));
    expect(texts.equals(Buffer.concat(all))).toBe(true);
  });

  it('is not read before a text is needed', () => {
    const [base] = unpackFeatures(index, '/nowhere/templates.txt');
    expect(base?.name).toBe('base');
    expect(() => base?.files[0]?.bytes).toThrow(/is damaged: \/nowhere\/templates\.txt/);
  });

  it.each([
    ['is of another version', packFeatures(features({})).texts],
    ['is cut off', texts.subarray(0, -9)],
    ['is longer', Buffer.concat([texts, Buffer.from('x')])],
    ['has another byte', Buffer.concat([texts.subarray(0, -1), Buffer.from('x')])],
  ])('A90 is refused when the file with the texts %s', (_, damaged) => {
    const [base] = unpackFeatures(index, written(damaged));
    expect(() => base?.files[0]?.bytes).toThrow(expect.objectContaining({ code: 'DAMAGED' }));
  });
});
