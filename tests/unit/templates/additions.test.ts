import { describe, expect, it } from 'vitest';
import { additionWords, additionsOf } from '../../../src/templates/additions.ts';
import { planProject } from '../../../src/plan/plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { FEATURES } from '../../support/option-samples.ts';

const ANSWERS = {
  packageName: 'x',
  description: '',
  author: '',
  port: 3000,
  databaseUri: '',
  packageManager: 'npm',
};

function planOf(features: readonly string[]): Plan {
  return planProject({ ...ANSWERS, features });
}

function textOf(plan: Plan, path: string): string {
  return plan.files.find((file) => file.path === path)?.bytes.toString('utf8') ?? '';
}

function packagesOf(plan: Plan): readonly string[] {
  const { dependencies, devDependencies } = JSON.parse(textOf(plan, 'package.json')) as Readonly<
    Record<string, object>
  >;
  return Object.keys({ ...dependencies, ...devDependencies });
}

describe('what a feature is said to add', () => {
  it.each(FEATURES.filter(({ name }) => name !== 'base').map((feature) => [feature.name, feature]))(
    '%s adds it to a project',
    (name, feature) => {
      if (typeof feature === 'string') throw new TypeError(name);
      const required = planOf(feature.requires);
      const made = planOf([feature.name]);
      const { files, packages, variables } = additionsOf(feature);
      expect(made.files.length - required.files.length).toBe(files);
      const before = packagesOf(required);
      expect(packagesOf(made).filter((one) => !before.includes(one))).toEqual(
        packages.filter((one) => !before.includes(one)).toSorted(),
      );
      for (const variable of variables) {
        expect(textOf(made, '.env.example')).toContain(variable);
        expect(textOf(required, '.env.example')).not.toContain(variable);
      }
    },
  );

  it('is said in few words', () => {
    const metrics = FEATURES.find(({ name }) => name === 'metrics');
    expect(metrics && additionWords(metrics)).toMatch(/^\d+ files, prom-client, METRICS_PORT$/);
  });
});
