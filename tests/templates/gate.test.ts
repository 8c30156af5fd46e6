import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { scratch } from '../support/scratch.ts';
import { ANSWERS } from '../support/templates.ts';
import { workbench } from '../support/workbench.ts';

const CLOCK = `import { systemClock } from '../platform/lib/time.ts';

export const now = () => systemClock.now();
`;

const BREACHES = [
  ['models/breach.ts', CLOCK, 'Models import mongoose'],
  ['contract/breach.ts', CLOCK, 'The contract is for clients'],
] as const;

/** A feature that reads the messages of everybody. */
const PEEK = `import type { Models } from '../../models/index.ts';

/** The latest message of all. */
export const peek = (models: Models) => models.messages.findOne().lean();
`;

it('C22 the linter refuses a feature that goes to conversations past the gate', async () => {
  const directory = join(scratch(), 'templates');
  cpSync(TEMPLATES, directory, { recursive: true });
  const folder = join(directory, 'base/files/src/backend/peek');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.ts'), PEEK);
  const plan = planProject(ANSWERS, readFeatures(directory));
  const project = await workbench(new Map([['peek', plan]]));
  await expect(project.checkLint()).rejects.toThrow(
    /1 error[^]*have one gate|have one gate[^]*1 error/,
  );
});

it('the linter refuses what crosses a border into a folder further down', async () => {
  const directory = join(scratch(), 'templates');
  cpSync(TEMPLATES, directory, { recursive: true });
  for (const [path, text] of BREACHES) writeFileSync(join(directory, 'base/files/src', path), text);
  const plan = planProject(ANSWERS, readFeatures(directory));
  const project = await workbench(new Map([['breach', plan]]));
  const found = await project.checkLint().then(
    () => '',
    (error: Error) => error.message,
  );
  for (const [, , words] of BREACHES) expect(found).toContain(words);
});
