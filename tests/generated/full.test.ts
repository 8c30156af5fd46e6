import { expect, it } from 'vitest';
import { choosableFeatures, loadFeatures, type Feature } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { projectOf } from './demo.ts';

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
  const project = await projectOf([...full.filter(isStandard), ...further].map(({ name }) => name));
  const own = further
    .flatMap(({ files }) => files.map(({ path }) => path))
    .filter((path) => path.endsWith('.test.ts'));
  expect(own.length).toBeGreaterThanOrEqual(further.length);
  const output = await project.tests([...own, ...OVER_ALL]);
  expect(output).toMatch(/Tests\s+\d+ passed/);
});

function hasDependencies({ files }: Feature): boolean {
  const manifest = files.find(({ path }) => path === 'package.json');
  return manifest !== undefined && /ependencies"/.test(manifest.bytes.toString());
}
