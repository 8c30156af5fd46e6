import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { Faces } from '../support/faces.ts';
import { scratch } from '../support/scratch.ts';
import { typeErrors } from '../support/types.ts';

const SETTINGS = JSON.stringify({
  compilerOptions: { module: 'nodenext', strict: true, noEmit: true, types: [] },
  include: ['.'],
});
const PROJECT = {
  'package.json': '{ "type": "module" }',
  'tsconfig.json': SETTINGS.replace('"noEmit"', '"allowImportingTsExtensions":true,"noEmit"'),
  'far.ts': 'export const far = () => 1;\n',
  'near.ts': "import { far } from './far.ts';\nexport const near = () => far();\n",
  'use.ts': "import { near } from './near.ts';\nexport const used: number = near();\n",
};

/** What the check of two projects says, the second with these changes. */
function errorsOf(changes: Readonly<Record<string, string>>): Promise<string> {
  const cwd = scratch();
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(cwd, 'node_modules'));
  const projects = { one: PROJECT, two: { ...PROJECT, ...changes } };
  for (const [name, files] of Object.entries(projects))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name, path)), { recursive: true });
      writeFileSync(join(cwd, name, path), text);
    }
  const texts = Object.entries(projects).map(
    ([name, files]) => [name, new Map(Object.entries(files))] as const,
  );
  return typeErrors(cwd, new Map(texts));
}

describe('the check of many projects', () => {
  it('says nothing of what is right', async () => {
    expect(await errorsOf({})).toBe('');
    expect(await errorsOf({ 'far.ts': 'export const far = () => 2 + 2;\n' })).toBe('');
  });

  it.each([
    ['its own text', { 'use.ts': 'export const used: number = true;\n' }, 'use.ts'],
    ['a file far away', { 'far.ts': "export const far = () => 'text';\n" }, 'use.ts'],
    ['an import that is not there', { 'near.ts': "export * from './gone.ts';\n" }, 'near.ts'],
    [
      'what is declared for all',
      { 'all.ts': 'export {};\ndeclare global {\n  interface Number { toFixed: 1 }\n}\n' },
      'all.ts',
    ],
  ])('finds what is wrong in one of them, by %s', async (_, changes, where) => {
    expect(await errorsOf(changes)).toMatch(new RegExp(`^two/${where}.*error TS`, 'm'));
  });

  it('takes files for equal that differ only behind the face of an import', () => {
    const keysOf = (far: string) =>
      new Faces(ts).of(new Map(Object.entries({ ...PROJECT, 'far.ts': far })));
    const one = keysOf('export const far = (): number => 1;\n');
    const two = keysOf('export const far = (): number => 2;\n');
    expect(two.get('use.ts')).toEqual(one.get('use.ts'));
    expect(two.get('far.ts')?.face).toBe(one.get('far.ts')?.face);
    expect(two.get('far.ts')?.whole).not.toBe(one.get('far.ts')?.whole);
  });
});
