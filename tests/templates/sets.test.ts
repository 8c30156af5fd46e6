import { describe, it } from 'vitest';
import { loadFeatures, selectFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { subsets } from '../support/combinations.ts';
import { ANSWERS } from '../support/templates.ts';
import { workbench } from '../support/workbench.ts';

/** What adds to messages. Two of them are seen in all four ways by the matrix; three are seen here. */
const RICH = ['attachments', 'mentions', 'pins', 'reactions', 'search', 'threads'];

const templates = loadFeatures(TEMPLATES);

/** So many in one program: all of them would take more than 8 GiB. */
const TOGETHER = 16;
const SETS = subsets(RICH);
const starts = SETS.flatMap((_, index) => (index % TOGETHER === 0 ? [index] : []));

// A quarter of an hour: `ALL_SETS=yes npx vitest run --project templates sets`.
describe.runIf(process.env['ALL_SETS'] === 'yes')('S70 every set of what adds to messages', () => {
  it.each(starts)('has right types, from set %d on', async (start) => {
    const plans = SETS.slice(start, start + TOGETHER).map((set) => {
      const features = selectFeatures(templates, set).map(({ name }) => name);
      return [set.join('+') || 'none', planProject({ ...ANSWERS, features }, templates)] as const;
    });
    const projects = await workbench(new Map(plans.toReversed()));
    await projects.checkTypes();
  });
});
