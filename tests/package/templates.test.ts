import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { combinations } from '../support/combinations.ts';
import { ANSWERS } from '../support/templates.ts';

const BUNDLE = join(import.meta.dirname, '../../dist/index.js');
const MOST_SETS = 2048;

const HOSTILE = {
  description: `*/ "it's" \`\${x}\` C:\\new <%= 1 %> </script>  _a_ # - 1. | ]]> --> 日本`,
  author: `- yaml: 'x' # "y"`,
  databaseUri: `mongodb://a:$HOME#'@host/chat`,
  secrets: { accessTokenKeys: 'k1:a', refreshTokenKey: 'b', dataKeys: 'k1:c' },
};

/** The published package reads packed templates and compiled hosts, the source folders and EJS. */
describe('the packed templates', () => {
  const sets = combinations(loadFeatures(TEMPLATES), MOST_SETS);
  let published: typeof planProject;

  beforeAll(async () => {
    const bundle = (await import(BUNDLE)) as { readonly planProject: typeof planProject };
    published = bundle.planProject;
  });

  it.each(['npm', 'pnpm', 'yarn', 'bun'])('give what EJS gives, with %s', (packageManager) => {
    const answers = { ...ANSWERS, packageManager, features: sets[0] ?? [] };
    expect(published(answers)).toEqual(planProject(answers));
  });

  it(`give what EJS gives, for all ${sets.length} sets of features`, () => {
    for (const features of sets) {
      const answers = { ...ANSWERS, ...HOSTILE, features };
      const [made, expected] = [published(answers), planProject(answers)];
      expect(made.features).toEqual(expected.features);
      expect(made.files.map(({ path, mode, feature }) => [path, mode, feature])).toEqual(
        expected.files.map(({ path, mode, feature }) => [path, mode, feature]),
      );
      const differing = made.files.filter(
        ({ bytes }, index) => !expected.files[index]?.bytes.equals(bytes),
      );
      expect(differing.map(({ path }) => path)).toEqual([]);
    }
  });
});
