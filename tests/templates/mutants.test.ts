import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { choosableFeatures, loadFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { applyTo, readMutants } from '../support/mutants.ts';
import { scratchTree } from '../support/scratch.ts';
import { ANSWERS } from '../support/templates.ts';

const mutants = readMutants().map((mutant) => [mutant.name, mutant] as const);
const templates = loadFeatures(TEMPLATES);
const features = [...choosableFeatures(templates).map(({ name }) => name), 'redis'];
const plan = planProject({ ...ANSWERS, features }, templates);
const tree = Object.fromEntries(plan.files.map(({ path, bytes }) => [path, bytes.toString()]));

it.each(mutants)('%s fits the templates, and what must notice it exists', async (_, mutant) => {
  const directory = scratchTree(tree);
  await applyTo(directory, mutant);
  for (const { file, title } of mutant.noticedBy)
    expect(readFileSync(join(directory, file), 'utf8')).toContain(`'${title}'`);
});
