import { inject, expect, it } from 'vitest';
import { copyOf } from '../support/project.ts';
import { addSuite } from '../support/suites.ts';

it('S19 a large channel costs what a small one does', async () => {
  const project = copyOf(inject('standardProject'));
  addSuite(project, 'large');
  expect(await project.tests(['tests/large'])).toMatch(/Tests\s+1 passed \(/);
});
