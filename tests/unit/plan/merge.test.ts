import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeJson } from '../../../src/plan/merge.ts';
import type { JsonObject } from '../../../src/plan/merge.ts';

function merge(...values: readonly JsonObject[]): JsonObject {
  return mergeJson(values.map((value, index) => ({ of: `feature-${index}`, value })));
}

const json = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'dependencies'),
  fc.oneof(
    fc.constant('x'),
    fc.constant(['y']),
    fc.dictionary(fc.constantFrom('d', 'e'), fc.constant('z')),
  ),
) as fc.Arbitrary<JsonObject>;

describe('mergeJson', () => {
  it('merges objects deeply, and arrays as sets', () => {
    expect(
      merge(
        { scripts: { dev: 'x' }, files: ['a', 'b'], private: true },
        { scripts: { test: 'y' }, files: ['b', 'c'], private: true },
      ),
    ).toEqual({ scripts: { dev: 'x', test: 'y' }, files: ['a', 'b', 'c'], private: true });
  });

  it('keeps the order of keys, but sorts dependencies', () => {
    const merged = merge(
      { name: 'x', scripts: { b: '', a: '' }, dependencies: { zod: '1', cors: '1' } },
      { author: 'y', dependencies: { express: '1' }, devDependencies: { b: '1', a: '1' } },
    );
    expect(JSON.stringify(merged)).toBe(
      '{"name":"x","scripts":{"b":"","a":""},"dependencies":{"cors":"1","express":"1","zod":"1"}' +
        ',"author":"y","devDependencies":{"a":"1","b":"1"}}',
    );
  });

  it('refuses two ranges for one dependency, and names both sides', () => {
    expect(() =>
      merge({}, { dependencies: { zod: '^4.0.0' } }, { dependencies: { zod: '^3.0.0' } }),
    ).toThrow('says "^3.0.0" for dependencies.zod in feature-2 and "^4.0.0" in feature-1');
  });

  it('refuses values of different kinds', () => {
    expect(() => merge({ a: ['x'] }, { a: 'x' })).toThrow('for a in feature-1');
    expect(() => merge({ a: { b: 1 } }, { a: null })).toThrow('for a in feature-1');
  });

  it('changes neither its arguments nor any prototype', () => {
    const first = { scripts: { a: '1' }, files: ['a'] };
    merge(first, { scripts: { b: '2' }, files: ['b'] });
    expect(first).toEqual({ scripts: { a: '1' }, files: ['a'] });
    expect(merge({}, { toString: 'x' })).toEqual({ toString: 'x' });
    merge({}, JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('says the same of parts merged before, and of a part twice', () => {
    fc.assert(
      fc.property(json, json, json, (a, b, c) => {
        const together = attempt(() => merge(a, b, c));
        fc.pre(together !== undefined);
        expect(merge(merge(a, b), c)).toEqual(together);
        expect(merge(a, merge(b, c))).toEqual(together);
        expect(merge(a, b, c, a)).toEqual(together);
      }),
    );
  });
});

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
