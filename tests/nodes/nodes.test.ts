import { describe, it } from 'vitest';
import { generate } from '../support/project.ts';
import { addSuite } from '../support/suites.ts';

/**
 * Two and more nodes on one real MongoDB; the scenarios that need them are in tests/suites. Both
 * adapters wait much, for what is far away or gone: they do it at the same time.
 */
describe.concurrent.each([
  { adapter: 'redis', suites: ['machines', 'nodes', 'redis'] },
  { adapter: 'mongo', suites: ['machines', 'nodes', 'mongo'] },
])('nodes that talk over $adapter', ({ adapter, suites }) => {
  it('pass the scenarios of several nodes', async ({ expect }) => {
    const project = await generate(['--adapter', adapter, '--preset', 'full', '--no-git']);
    for (const suite of suites) addSuite(project, suite);
    await project.run('check:types');
    const folders = suites.map((suite) => `tests/${suite}`);
    expect(await project.tests(folders, { ADAPTER: adapter })).toMatch(/Tests\s+\d+ passed \(/);
  });
});
