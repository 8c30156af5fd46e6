import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadFeatures, readFeatures } from '../../src/templates/features.ts';
import { RECORD_FILE } from '../../src/options/record.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import type { Plan, PlanAnswers } from '../../src/plan/plan.ts';
import { combinations } from '../support/combinations.ts';
import { GUIDE, writeGuide } from '../support/guide.ts';
import { scratch } from '../support/scratch.ts';
import { ANSWERS } from '../support/templates.ts';
import { workbench } from '../support/workbench.ts';
import type { Workbench } from '../support/workbench.ts';

const HOSTILE: Partial<PlanAnswers> = {
  description: `*/ "it's" \`\${x}\` C:\\new <%= 1 %> </script>  _a_ # - 1. | ]]> --> 日本 `,
  author: `- yaml: 'x' # "y"`,
  databaseUri: `mongodb://a:$HOME#'@host/chat`,
  secrets: { accessTokenKeys: 'k1:a', refreshTokenKey: 'b', dataKeys: 'k1:c' },
};

const templates = loadFeatures(TEMPLATES);
const sets = combinations(templates);
const everything = sets[0] ?? [];

function plan(features: readonly string[], from = templates, answers = {}): Plan {
  return planProject({ ...ANSWERS, ...answers, features }, from);
}

/** A copy of the templates, to change. */
function copied(): string {
  const directory = join(scratch(), 'templates');
  cpSync(TEMPLATES, directory, { recursive: true });
  return directory;
}

function differences(one: Plan, other: Plan): readonly string[] {
  const bytes = new Map(other.files.map((file) => [file.path, file.bytes]));
  const changed = one.files.filter((file) => !bytes.get(file.path)?.equals(file.bytes));
  const added = other.files.length - one.files.length;
  return [...changed.map(({ path }) => path), ...(added === 0 ? [] : [`${added} more files`])];
}

describe('P7 every set of features, a new feature, and hostile texts', () => {
  let projects: Workbench;

  beforeAll(async () => {
    const directory = copied();
    writeGuide(dirname(directory), GUIDE);
    const withNew = readFeatures(directory);
    projects = await workbench(
      new Map([
        ...sets.map((set) => [set.join('+') || 'none', plan(set)] as const),
        ['new-feature', plan([...everything, 'ping'], withNew)],
        ['hostile-texts', plan(everything, templates, HOSTILE)],
      ]),
    );
  });

  it('have right types', () => projects.checkTypes());

  it('have no findings of the linter', () => projects.checkLint());

  it('have the format that the formatter would give them', () => projects.checkFormat());
});

describe('the folder of a feature', () => {
  it.each(everything)('%s can be deleted, and nothing else has to change', (name) => {
    const directory = copied();
    const all = readFeatures(directory);
    const dependents = all.filter(({ requires }) => requires.includes(name));
    const gone = [name, ...dependents.map((feature) => feature.name)];
    for (const folder of gone) rmSync(join(directory, folder), { recursive: true });
    const left = everything.filter((other) => !gone.includes(other));
    // The record says that other templates made it.
    expect(differences(plan(left, readFeatures(directory)), plan(left, all))).toEqual([
      RECORD_FILE,
    ]);
  });
});
