import { describe, expect, it } from 'vitest';
import { withFeatures, withoutFeatures } from '../../../src/lifecycle/target-answers.ts';
import { FEATURES } from '../../support/option-samples.ts';

// None of ours requires another one today.
const ALL = FEATURES.map((feature) =>
  feature.name === 'typing' ? { ...feature, requires: ['presence'] } : feature,
);
const ANSWERS = {
  packageName: 'app',
  description: '',
  author: '',
  port: 3000,
  packageManager: 'npm',
  adapter: 'none',
  features: [] as readonly string[],
} as const;

describe('features that require another one', () => {
  it('bring it along', () => {
    expect(withFeatures(ANSWERS, ['typing'], ALL).features).toEqual(['presence', 'typing']);
  });

  it('L05 it is not removed alone, and the one that requires it is named', () => {
    const answers = { ...ANSWERS, features: ['presence', 'typing'] };
    expect(() => withoutFeatures(answers, ['presence'], ALL)).toThrowError(
      expect.objectContaining({
        exitCode: 2,
        message: 'presence cannot be removed: typing requires it',
        hint: 'Type: create-chat-backend remove presence typing',
      }) as Error,
    );
    expect(withoutFeatures(answers, ['presence', 'typing'], ALL).features).toEqual([]);
  });
});
