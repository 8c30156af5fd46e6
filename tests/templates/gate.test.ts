import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFeatures } from '../../src/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan.ts';
import { scratch } from '../support/scratch.ts';
import { ANSWERS } from '../support/templates.ts';
import { workbench } from '../support/workbench.ts';

/** A feature that reads the messages of everybody. */
const PEEK = `import type { Models } from '../../../models/index.ts';

/** The latest message of all. */
export const peek = (models: Models) => models.messages.findOne().lean();
`;

it('C22 the linter refuses a feature that goes to conversations past the gate', async () => {
  const directory = join(scratch(), 'templates');
  cpSync(TEMPLATES, directory, { recursive: true });
  const folder = join(directory, 'base/files/src/backend/features/peek');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.ts'), PEEK);
  const plan = planProject(ANSWERS, readFeatures(directory));
  const project = await workbench(new Map([['peek', plan]]));
  await expect(project.checkLint()).rejects.toThrow(
    /1 error[^]*have one gate|have one gate[^]*1 error/,
  );
});
