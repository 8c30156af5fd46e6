import { existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { expect, inject, it } from 'vitest';
import { choosableFeatures, loadFeatures, type Feature } from '../../src/templates/features.ts';
import { PROGRAM } from '../support/command.ts';
import { projectIn } from '../support/project.ts';
import { scratch } from '../support/scratch.ts';

const TEMPLATES = join(import.meta.dirname, '../../templates');

const full = choosableFeatures(loadFeatures(TEMPLATES)).filter(({ presets }) =>
  presets.includes('full'),
);
const isStandard = ({ presets }: Feature): boolean => presets.includes('standard');

/** What a project made with `--yes` lacks and can have without a package more. */
const further = full.filter((feature) => !isStandard(feature) && !hasDependencies(feature));

/** Tests of the base that go over the rows of all features. */
const OVER_ALL = [
  'tests/features/access',
  'tests/features/data-policies',
  'tests/features/race-rows',
  'tests/platform/hostile-input',
  'tests/platform/races',
];

it('the features that only the full preset has pass their own tests', async () => {
  const directory = join(scratch(), 'further');
  const names = [...full.filter(isStandard), ...further].map(({ name }) => name);
  const flags = ['--yes', '--features', names.join(','), '--no-install', '--no-git'];
  await execa('node', [PROGRAM, directory, ...flags], { stdin: 'ignore' });
  symlinkSync(join(inject('standardProject'), 'node_modules'), join(directory, 'node_modules'));

  const own = further.flatMap(({ name }) => testsOf(name));
  expect(own.length).toBeGreaterThanOrEqual(further.length);
  const output = await projectIn(directory).tests([...own, ...OVER_ALL]);
  expect(output).toMatch(/Tests\s+\d+ passed/);
});

function hasDependencies({ name }: Feature): boolean {
  const manifest = join(TEMPLATES, name, 'files/package.json');
  return existsSync(manifest) && /ependencies"/.test(readFileSync(manifest, 'utf8'));
}

function testsOf(feature: string): string[] {
  const files = join(TEMPLATES, feature, 'files');
  return readdirSync(join(files, 'tests'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.test.ts'))
    .map((entry) => relative(files, join(entry.parentPath, entry.name)));
}
