import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { templatesDigest } from '../../../src/templates/digest.ts';
import { loadFeatures } from '../../../src/templates/features.ts';
import { BASE, features, writeTemplates } from '../../support/templates.ts';
import type { TemplateTree } from '../../support/templates.ts';

const MANIFEST = { name: 'typing', summary: 'x', policies: { 'src/list.ts': 'union' } };
const TREE: TemplateTree = {
  'base/files/README.md.ejs': '<%- slots.readme %>\n',
  'typing/feature.json': MANIFEST,
  'typing/files/src/list.ts': '[]\n',
  'typing/files/src/other.ts': '',
};

function digest(tree: TemplateTree): string {
  return templatesDigest(features({ ...TREE, ...tree }));
}

function without(name: string): TemplateTree {
  return Object.fromEntries(Object.entries(TREE).filter(([path]) => path !== name));
}

describe('the digest of templates', () => {
  it('is 16 digits, the same wherever they lie', () => {
    expect(digest({})).toMatch(/^[0-9a-f]{16}$/);
    expect(digest({})).toBe(digest({}));
  });

  it('does not follow words that no project has', () => {
    expect(digest({ 'typing/feature.json': { ...MANIFEST, summary: 'y' } })).toBe(digest({}));
  });

  it.each<[string, TemplateTree]>([
    ['the bytes of a file', { 'typing/files/src/list.ts': '[1]\n' }],
    [
      'bytes that go from one file to the next',
      {
        'typing/files/src/list.ts': '[',
        'typing/files/src/other.ts': ']\n',
      },
    ],
    ['a file more', { 'typing/files/src/z.ts': '' }],
    ['a slot', { 'typing/feature.json': { ...MANIFEST, slots: { readme: ['one'] } } }],
    ['a fragment', { 'typing/fragments/readme.md': 'one' }],
    ['what it requires', { 'typing/feature.json': { ...MANIFEST, requires: ['base'] } }],
    ['what it conflicts with', { 'typing/feature.json': { ...MANIFEST, conflicts: ['base'] } }],
    [
      'a slot beside another feature',
      { 'typing/feature.json': { ...MANIFEST, with: { page: { readme: ['one'] } } } },
    ],
    ['a policy', { 'typing/feature.json': { ...MANIFEST, policies: { 'src/list.ts': 'text' } } }],
    ['a feature more', { 'x/feature.json': { name: 'x', summary: 'x' } }],
  ])('follows %s', (_, change) => {
    expect(digest(change)).not.toBe(digest({}));
  });

  it('follows the name of a file, and that it is a host', () => {
    const named = features({
      ...without('base/files/README.md.ejs'),
      'base/files/A.md.ejs': '<%- slots.readme %>\n',
    });
    const plain = features({
      ...without('base/files/README.md.ejs'),
      'base/files/README.md': '<%- slots.readme %>\n',
    });
    expect(new Set([digest({}), templatesDigest(named), templatesDigest(plain)]).size).toBe(3);
  });

  it('follows the feature beside which a file counts', () => {
    const tree = without('typing/files/src/other.ts');
    const beside = ['files', 'files+page', 'files+door'].map((folder) =>
      templatesDigest(features({ ...tree, [`typing/${folder}/src/other.ts`]: '' })),
    );
    expect(new Set(beside).size).toBe(3);
  });

  it('follows that a file is executable', () => {
    const directory = writeTemplates({ ...BASE, ...TREE });
    chmodSync(join(directory, 'typing/files/src/list.ts'), 0o755);
    expect(templatesDigest(loadFeatures(directory))).not.toBe(digest({}));
  });
});
