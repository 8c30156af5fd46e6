import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingVariables } from '../../../src/lifecycle/merge-env.ts';
import { mergeJson } from '../../../src/lifecycle/merge-json.ts';
import type { Json } from '../../../src/lifecycle/merge-json.ts';
import { mergeText } from '../../../src/lifecycle/merge-text.ts';
import { compareVersions } from '../../../src/lifecycle/same-version.ts';
import { scratch } from '../../support/scratch.ts';

const LABELS = { yours: 'yours', base: '1', template: '2' };

/** What git makes of the same, or undefined where it finds conflicts. */
function byGit(directory: string, ...texts: readonly string[]): string | undefined {
  const names = ['base', 'yours', 'template'];
  for (const [index, name] of names.entries()) writeFileSync(join(directory, name), texts[index]!);
  try {
    return execFileSync('git', ['merge-file', '-p', 'yours', 'base', 'template'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch {
    return undefined;
  }
}

// Lines that are all different, so that there is one way to see what was changed.
const LINES = 'abcdefghijkl'.split('').map((line) => `${line}\n`);
const BASE = LINES.join('');

/** The base without some of its lines, and with new ones. */
const changed = (sign: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.subarray(LINES, { minLength: 9 }), fc.array(fc.nat(9), { maxLength: 2 }))
    .map(([lines, places]) =>
      places
        .reduce((text, at, index) => text.toSpliced(at, 0, `${sign}${index}\n`), lines)
        .join(''),
    );

describe('merging of lines', () => {
  it('takes what git takes, where that sees no conflict', () => {
    const directory = scratch();
    let clean = 0;
    fc.assert(
      fc.property(changed('mine'), changed('theirs'), (yours, template) => {
        const expected = byGit(directory, BASE, yours, template);
        if (expected === undefined) return;
        clean += 1;
        const { text, conflicts } = mergeText(BASE, yours, template, 'insert', LABELS);
        expect({ text, conflicts }).toEqual({ text: expected, conflicts: 0 });
      }),
      { numRuns: 60 },
    );
    expect(clean).toBeGreaterThan(5);
  });

  it.each([
    ['the same on both sides', 'a\nb\n', 'a\nB\n', 'a\nB\n', 'a\nB\n'],
    ['an insertion beside a change of yours', 'a\nb\n', 'A\nb\n', 'a\nx\nb\n', 'A\nx\nb\n'],
    ['changes two lines apart', 'a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n', 'A\nb\nC\n'],
  ])('takes %s', (_, base, yours, template, expected) => {
    expect(mergeText(base, yours, template, 'insert', LABELS)).toMatchObject({
      text: expected,
      conflicts: 0,
    });
  });

  it('marks what both sides changed, with what was there before', () => {
    const { text, conflicts } = mergeText('a\nb\n', 'a\nmine\n', 'a\ntheirs\n', 'insert', LABELS);
    expect(conflicts).toBe(1);
    expect(text).toBe('a\n<<<<<<< yours\nmine\n||||||| 1\nb\n=======\ntheirs\n>>>>>>> 2\n');
  });

  it('takes both of two insertions into a list, yours first and no line twice', () => {
    const merged = mergeText('a\n', 'a\nmine\nb\n', 'a\nb\ntheirs\n', 'union', LABELS);
    expect(merged).toMatchObject({ text: 'a\nmine\nb\ntheirs\n', conflicts: 0 });
    expect(mergeText('a\n', 'a\nmine\nb\n', 'a\nb\ntheirs\n', 'insert', LABELS).conflicts).toBe(1);
  });
});

describe('merging of JSON', () => {
  it.each<[string, Json, Json, Json, Json, string[]]>([
    ['a key of each side', { a: 1 }, { a: 1, m: 2 }, { a: 1, t: 3 }, { a: 1, m: 2, t: 3 }, []],
    ['a key that goes', { a: 1, b: 2 }, { a: 1, b: 2, m: 1 }, { a: 1 }, { a: 1, m: 1 }, []],
    ['a key that goes and was changed', { a: 1 }, { a: 2 }, {}, { a: 2 }, ['a']],
    ['a key that was removed and is changed', { a: 1 }, {}, { a: 2 }, {}, ['a']],
    [
      'a value changed on both sides',
      { a: { b: 1 } },
      { a: { b: 2 } },
      { a: { b: 3 } },
      { a: { b: 2 } },
      ['a.b'],
    ],
    ['lists as sets', { a: [1, 2] }, { a: [2, 9] }, { a: [1, 2, 3] }, { a: [2, 9, 3] }, []],
    [
      'lists of objects',
      { a: [{}] },
      { a: [{ m: 1 }] },
      { a: [{ t: 1 }] },
      { a: [{ m: 1 }] },
      ['a'],
    ],
    [
      '__proto__',
      JSON.parse('{"__proto__":1}') as Json,
      JSON.parse('{"__proto__":1,"m":1}') as Json,
      {},
      { m: 1 },
      [],
    ],
  ])('%s', (_, base, yours, template, value, clashes) => {
    expect(mergeJson(base, yours, template)).toEqual({ value, clashes });
  });

  it('keeps what only one side says, whatever it is', () => {
    const anObject = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.jsonValue());
    fc.assert(
      fc.property(anObject, anObject, (base, other) => {
        const [before, after] = [base, other] as [Json, Json];
        expect(mergeJson(before, after, before)).toEqual({ value: after, clashes: [] });
        expect(mergeJson(before, before, after)).toEqual({ value: after, clashes: [] });
      }),
    );
  });

  it('puts new keys where they belong: sorted, or after their neighbour', () => {
    const keys = (value: Json): string[] => Object.keys(value as object);
    expect(keys(mergeJson({ a: 1, m: 1 }, { a: 1, m: 2 }, { a: 1, k: 1, m: 1 }).value)).toEqual([
      'a',
      'k',
      'm',
    ]);
    expect(keys(mergeJson({ z: 1, a: 1 }, { z: 1, a: 2 }, { z: 1, t: 1, a: 1 }).value)).toEqual([
      'z',
      't',
      'a',
    ]);
  });
});

describe('merging of environments', () => {
  it('L31 adds only what the target brings newly', () => {
    const target = 'PORT=1\nNEW=2\nGONE=3\n# no\n';
    expect(missingVariables('PORT=9\n', 'PORT=1\nGONE=3\n', target)).toEqual(['NEW=2']);
    expect(missingVariables('PORT=9\nNEW=\n', undefined, target)).toEqual(['GONE=3']);
  });
});

describe('the order of versions', () => {
  it.each([
    ['1.0.0', '1.0.0', 0],
    ['1.9.0', '1.10.0', -1],
    ['2.0.0', '1.10.10', 1],
    ['1.0.0-rc.1', '1.0.0', -1],
    ['1.0.0-rc.2', '1.0.0-rc.10', -1],
    ['1.0.0-1', '1.0.0-rc', -1],
    ['1.0.0-rc', '1.0.0-rc.1', -1],
  ])('%s against %s', (a, b, order) => {
    expect(Math.sign(compareVersions(a, b))).toBe(order);
    expect(Math.sign(compareVersions(b, a))).toBe(-order + 0);
  });
});
