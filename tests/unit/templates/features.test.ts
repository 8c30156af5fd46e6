import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { additionsOf } from '../../../src/templates/additions.ts';
import { loadFeatures, selectFeatures } from '../../../src/templates/features.ts';
import { BASE, features, writeTemplates } from '../../support/templates.ts';

/** Manifests of features without files. */
function manifests(rows: Readonly<Record<string, object>>): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [
      `${name}/feature.json`,
      { name, summary: name, ...row },
    ]),
  );
}

function names(all: readonly { readonly name: string }[]): readonly string[] {
  return all.map(({ name }) => name);
}

describe('loadFeatures', () => {
  it('reads the base first and the others by name', () => {
    const all = features(manifests({ typing: {}, 'a-first': {}, receipts: {} }));
    expect(names(all)).toEqual(['base', 'a-first', 'receipts', 'typing']);
    expect(all[1]).toMatchObject({
      presets: [],
      requires: [],
      conflicts: [],
      adapter: false,
      slots: {},
    });
  });

  it('ignores what is no folder', () => {
    expect(names(features({ 'feature.schema.json': '{}' }))).toEqual(['base']);
  });

  it('knows hosts, renamed files and executable ones', () => {
    const [base] = features({
      'base/files/_gitignore': 'dist/\n',
      'base/files/_npmrc': '\n',
      'base/files/src/index.ts.ejs': '\n',
      'base/files/src/_npmrc.ts': '\n',
    });
    expect(base?.files.map(({ path, isHost }) => [path, isHost])).toEqual([
      ['.gitignore', false],
      ['.npmrc', false],
      ['package.json', true],
      ['src/_npmrc.ts', false],
      ['src/index.ts', true],
    ]);
  });

  it('gives a fragment to the slot that it is named after', () => {
    const [, typing] = features({
      ...manifests({ typing: { slots: { readme: ['one'] } } }),
      'typing/fragments/readme.md': '### Typing\n\n',
    });
    expect(typing?.slots).toEqual({ readme: ['one', '### Typing'] });
  });

  it('reads a directory once', () => {
    const directory = writeTemplates(BASE);
    expect(loadFeatures(directory)).toBe(loadFeatures(directory));
  });

  it.each([
    ['no JSON', '{ "name": ', /feature\.json .*JSON/],
    ['no object', '[]', /feature\.json is not an object/],
    ['an unknown key', { name: 'x', summary: 'x', mounts: [] }, /unknown key mounts/],
    ['a key that every object has', '{"constructor": 1}', /unknown key constructor/],
    ['another name', { name: 'y', summary: 'x' }, /another name than its folder/],
    ['no summary', { name: 'x' }, /has no summary/],
    ['presets of another type', { presets: 'full' }, /impossible value for presets/],
    ['slots beside others of another type', { with: { page: ['x'] } }, /impossible value for with/],
    ['a slot of another type', { slots: { env: [{ a: 1 }] } }, /impossible value for slots/],
    [
      'an adapter in a preset',
      { name: 'x', summary: 'x', adapter: true, presets: [] },
      /no preset/,
    ],
    ['an unknown policy', { policies: { 'a.ts': 'merge' } }, /impossible value for policies/],
  ])('A90 refuses a manifest with %s', (_, manifest, message) => {
    expect(() => features({ 'x/feature.json': manifest })).toThrow(message);
  });

  it('A90 names a file that is missing', () => {
    const directory = writeTemplates({ ...BASE, 'typing/files/a.ts': '' });
    expect(() => loadFeatures(directory)).toThrow(/typing\/feature\.json/);
    rmSync(join(directory, 'base'), { recursive: true });
    expect(() => loadFeatures(directory)).toThrow(
      expect.objectContaining({ code: 'DAMAGED', exitCode: 1 }),
    );
    expect(() => loadFeatures(join(directory, 'nowhere'))).toThrow(/nowhere/);
  });

  it('knows which files are for another feature, and counts none of them by itself', () => {
    const [, typing] = features({
      ...manifests({ typing: {} }),
      'typing/files/a.ts': '',
      'typing/files+page/b.ts': '',
      'typing/files+a-page/c.ts': '',
    });
    expect(typing?.files.map(({ path, beside }) => [path, beside])).toEqual([
      ['a.ts', undefined],
      ['c.ts', 'a-page'],
      ['b.ts', 'page'],
    ]);
    expect(typing && additionsOf(typing).files).toBe(1);
  });

  it.each([
    ['a manifest with itself', { with: { typing: {} } }, 'files/a.ts', /is with typing, which/],
    ['a manifest with the base', { with: { base: {} } }, 'files/a.ts', /is with base, which/],
    ['files for itself', {}, 'files+typing/a.ts', /is with typing, which is always there/],
    ['files for the base', {}, 'files+base/a.ts', /is with base, which is always there/],
    ['files for no name', {}, 'files+/a.ts', /is with , which no feature can be called/],
    ['files for no feature', {}, 'files+Page/a.ts', /is with Page, which no feature can be called/],
  ])('A90 refuses %s', (_, manifest, file, message) => {
    const tree = { ...manifests({ typing: manifest }), [`typing/${file}`]: '' };
    expect(() => features(tree)).toThrow(message);
  });

  it('takes what is for a feature that is not there: its folder can be deleted', () => {
    const tree = manifests({ typing: { with: { page: { lines: ['one'] } } } });
    expect(names(features({ ...tree, 'typing/files+page/a.ts': '' }))).toEqual(['base', 'typing']);
  });

  it('refuses a feature that names one that is not there', () => {
    expect(() => features(manifests({ a: { requires: ['b'] } }))).toThrow(/names a feature b/);
    expect(() => features(manifests({ a: { conflicts: ['b'] } }))).toThrow(/names a feature b/);
  });
});

describe('selectFeatures', () => {
  const all = features(
    manifests({
      a: { requires: ['c'] },
      b: { conflicts: ['c'] },
      c: { requires: ['d'] },
      d: { requires: ['a'] },
      e: {},
    }),
  );

  it('takes the base and what is wanted, in one order', () => {
    expect(names(selectFeatures(all, []))).toEqual(['base']);
    expect(names(selectFeatures(all, ['e', 'b', 'e']))).toEqual(['base', 'b', 'e']);
  });

  it('takes along what is required, in circles too', () => {
    expect(names(selectFeatures(all, ['d']))).toEqual(['base', 'a', 'c', 'd']);
  });

  it('A44 refuses features that exclude each other', () => {
    expect(() => selectFeatures(all, ['a', 'b'])).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: 'the features b and c exclude each other',
      }),
    );
  });

  it('refuses an unknown feature', () => {
    const typing = features(manifests({ typing: {} }));
    expect(() => selectFeatures(typing, ['tiping'])).toThrow(
      expect.objectContaining({ message: 'there is no feature "tiping"' }),
    );
  });
});
