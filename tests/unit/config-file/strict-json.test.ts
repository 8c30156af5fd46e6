import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonProblem, parseStrictJson } from '../../../src/config-file/strict-json.ts';

// Pieces of JSON, put together in any order.
const PIECES = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '0',
  '-',
  '1.5e3',
  'true',
  'null',
  '"a"',
  ' ',
];

function byStandard(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads, however it is spaced', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 1, '\t'), (text, space) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, space);
        expect(parseStrictJson(spaced)).toEqual(JSON.parse(spaced));
      }),
    );
  });

  it('takes nothing that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 12 }), (text) => {
        const expected = byStandard(text);
        // A key that stands twice is refused by ours alone.
        fc.pre(text.split(':').length < 3);
        if (expected) expect(parseStrictJson(text)).toEqual(expected.value);
        else expect(() => parseStrictJson(text)).toThrow(JsonProblem);
      }),
      { numRuns: 2000 },
    );
  });

  it('A59 keeps __proto__ as a key of the object alone', () => {
    const value = parseStrictJson('{"__proto__": {"polluted": true}}') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('A61 A57 names the place of a mistake, and quotes nothing', () => {
    expect(() => parseStrictJson('{\n  "a": hunter2\n}')).toThrow(
      /^has no value where one is expected: line 2, column 8$/,
    );
    expect(() => parseStrictJson('{"a": 1,\r\n"a": 2}')).toThrow(/second time: line 2, column 1$/);
  });

  it('A63 goes sixteen levels deep, and no deeper', () => {
    expect(parseStrictJson(nested(17))).toHaveLength(1);
    expect(() => parseStrictJson(nested(18))).toThrow(/deeper than 16 levels/);
    expect(() => parseStrictJson('['.repeat(1_000_000))).toThrow(/deeper than 16 levels/);
  });
});
