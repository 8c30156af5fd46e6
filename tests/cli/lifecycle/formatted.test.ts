import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addFeatures } from '../../../src/index.ts';
import type { CreateError } from '../../../src/index.ts';
import { ownedProject } from '../../support/owned-project.ts';
import type { OwnedProject } from '../../support/owned-project.ts';

const PRETTIER = join(import.meta.dirname, '../../../node_modules/prettier');
const FEATURES = ['presence', 'typing', 'metrics', 'account'];
const EDITED = ['src/contract/index.ts', 'src/models/index.ts', 'src/backend/features.ts'];

/** A project with edits beside those of the features, formatted in its own way. */
async function formatted(settings: object | undefined): Promise<OwnedProject> {
  const project = await ownedProject({ preset: 'minimal' });
  for (const path of EDITED)
    project.edit(path, (text) => text.replace(/^export const|^export function/m, '// Ours.\n$&'));
  if (settings === undefined) return project;
  mkdirSync(join(project.root, 'node_modules'));
  symlinkSync(PRETTIER, join(project.root, 'node_modules/prettier'));
  project.edit('.prettierrc.json', (text) => JSON.stringify({ ...JSON.parse(text), ...settings }));
  const bin = join(PRETTIER, 'bin/prettier.cjs');
  const args = [
    '--write',
    '--log-level',
    'error',
    'src/contract',
    'src/models',
    ...EDITED,
    'package.json',
  ];
  execFileSync(process.execPath, [bin, ...args], { cwd: project.root });
  return project;
}

async function conflictsOf({ root }: OwnedProject): Promise<readonly string[]> {
  const result = await addFeatures({ directory: root, features: FEATURES, install: false }).catch(
    (error: unknown) => (error as CreateError).changed!,
  );
  return result.changes.filter(({ conflicts }) => conflicts > 0).map(({ path }) => path);
}

/** What a project may have for prettier that is of no use: its module, or none. */
const USELESS = [
  ['absent', undefined],
  ['throwing', "throw new Error('not today');"],
  ['refusing every text', 'exports.getFileInfo = () => Promise.reject(new Error("no"));'],
] as const;

describe('a project that is formatted otherwise', () => {
  it.each([
    ['without semicolons', { semi: false }, /^export \* |^import .*'$/m],
    ['with tabs', { useTabs: true }, /^\t\w/m],
    ['with four spaces', { tabWidth: 4 }, /^ {4}\w/m],
  ])('L36 %s: about as many conflicts as the others have', async (_, settings, form) => {
    const plain = await conflictsOf(await formatted(undefined));
    const project = await formatted(settings);
    expect((await conflictsOf(project)).length).toBeLessThanOrEqual(3 * plain.length + 2);
    // What is new is formatted like the rest, and what is the owner's is still there.
    expect(project.read('src/backend/presence/index.ts')).toMatch(form);
    for (const path of EDITED) expect(project.read(path)).toMatch(/^\/\/ Ours\.$/m);
  });

  it.each(USELESS)('L37 prettier is %s: lines are merged as they are', async (_, code) => {
    const [twin, project] = [await formatted(undefined), await formatted(undefined)];
    for (const made of [twin, project])
      made.edit(EDITED[2]!, (text) => text.replaceAll(/^ {2}/gm, '      '));
    if (code !== undefined) {
      mkdirSync(join(project.root, 'node_modules/prettier'), { recursive: true });
      writeFileSync(join(project.root, 'node_modules/prettier/index.js'), code);
    }
    const expected = await conflictsOf(twin);
    expect(await conflictsOf(project)).toEqual(expected);
    for (const path of EDITED) expect(project.read(path)).toBe(twin.read(path));
  });
});
