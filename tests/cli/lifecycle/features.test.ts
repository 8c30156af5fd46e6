import { describe, expect, it } from 'vitest';
import { addFeatures, removeFeatures, setAnswers } from '../../../src/index.ts';
import { choosableFeatures, selectFeatures } from '../../../src/templates/features.ts';
import { FEATURES } from '../../support/option-samples.ts';
import { ownedProject } from '../../support/owned-project.ts';

const QUICK = { install: false } as const;
const ALL = choosableFeatures(FEATURES).map(({ name }) => name);
const STANDARD = choosableFeatures(FEATURES)
  .filter(({ presets }) => presets.includes('standard'))
  .map(({ name }) => name);

/** What a feature brings along. */
function closureOf(name: string): readonly string[] {
  return selectFeatures(FEATURES, [name]).map((feature) => feature.name);
}

/** The features of a list that can be there without another one. */
function without(features: readonly string[], name: string): readonly string[] {
  return features.filter((other) => !closureOf(other).includes(name));
}

describe.each([
  ['none', []],
  ['the rest of standard', STANDARD],
  ['the rest of all', ALL],
])('a feature beside %s', (_, rest) => {
  it.each(ALL)(
    'L18 %s is added as if it had always been there, and removed again',
    async (name) => {
      const features = without(rest, name);
      const project = await ownedProject({ features });
      const before = project.tree();
      const expected = await ownedProject({ features: [...features, name] });
      const added = await addFeatures({ directory: project.root, features: [name], ...QUICK });
      expect(added.changes.length).toBeGreaterThan(1);
      expect(project.tree()).toEqual(expected.tree());
      const came = added.to!.answers.features.filter((one) => !features.includes(one));
      await removeFeatures({ directory: project.root, features: came, ...QUICK });
      expect(project.tree()).toEqual(before);
    },
  );
});

describe('answers of a project', () => {
  it.each(['redis', 'mongo'])(
    'L21 adapter=%s, then none: as generated, then as before',
    async (adapter) => {
      const project = await ownedProject({ preset: 'standard' });
      const before = project.tree();
      await setAnswers({ directory: project.root, answers: { adapter }, ...QUICK });
      expect(project.tree()).toEqual((await ownedProject({ preset: 'standard', adapter })).tree());
      await setAnswers({ directory: project.root, answers: { adapter: 'none' }, ...QUICK });
      expect(project.tree()).toEqual(before);
    },
  );

  it.each([
    { port: 4100 },
    { description: 'Chat of "our" shop', author: 'Ada <ada@example.com>' },
    { packageName: '@shop/chat' },
    { packageManager: 'pnpm' },
    { packageManager: 'yarn' },
    { packageManager: 'bun' },
  ] as const)('L21 %j, and back: as generated, then as before', async (answers) => {
    const project = await ownedProject();
    const before = project.tree();
    const old = project.record().answers;
    await setAnswers({ directory: project.root, answers, ...QUICK });
    expect(project.tree()).toEqual((await ownedProject(answers)).tree());
    const back = Object.fromEntries(
      Object.keys(answers).map((key) => [key, old[key as keyof typeof old]]),
    );
    await setAnswers({ directory: project.root, answers: back, ...QUICK });
    expect(project.tree()).toEqual(before);
  });
});
