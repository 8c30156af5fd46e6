import { describe, expect, it } from 'vitest';
import { assertOptions, resolveAnswers } from '../../src/answers.ts';
import type { Feature } from '../../src/features.ts';
import type { CreateOptions } from '../../src/options.ts';

function feature(
  name: string,
  presets: readonly string[],
  requires: readonly string[] = [],
): Feature {
  return { name, presets, requires, summary: name, conflicts: [] } as unknown as Feature;
}

const FEATURES = [
  feature('base', ['minimal', 'standard', 'full']),
  feature('demo', ['standard', 'full']),
  feature('receipts', ['full'], ['typing']),
  feature('typing', ['standard', 'full']),
];

function featuresOf(options: Partial<CreateOptions>): readonly string[] {
  return resolveAnswers({ directory: 'x', ...options }, 'x', FEATURES).features;
}

describe('the features of a project', () => {
  it.each<[Partial<CreateOptions>, readonly string[]]>([
    [{}, ['demo', 'typing']],
    [{ preset: 'minimal' }, []],
    [{ preset: 'full' }, ['demo', 'receipts', 'typing']],
    [{ features: ['demo'] }, ['demo']],
    [{ features: [] }, []],
    [{ features: ['receipts'] }, ['receipts', 'typing']],
    [{ features: ['typing', 'demo', 'typing'] }, ['demo', 'typing']],
    [{ preset: 'minimal', features: ['demo'] }, ['demo']],
    [{ preset: 'standard', features: ['receipts'] }, ['demo', 'receipts', 'typing']],
    [{ withoutFeatures: ['demo'] }, ['typing']],
    [{ preset: 'full', withoutFeatures: ['receipts', 'typing'] }, ['demo']],
  ])('of %j are %j', (options, expected) => {
    expect(featuresOf(options)).toEqual(expected);
  });

  it('A44 cannot be asked for and left out', () => {
    expect(() => featuresOf({ features: ['demo'], withoutFeatures: ['demo'] })).toThrow(
      '--features demo and --no-demo contradict each other',
    );
  });

  it('A44 cannot be left out where another one requires them', () => {
    expect(() => featuresOf({ preset: 'full', withoutFeatures: ['typing'] })).toThrow(
      expect.objectContaining({
        message: 'typing cannot be left out: receipts requires it',
        hint: 'Leave out both: --no-typing --no-receipts',
      }),
    );
  });

  it('have to exist, base being none', () => {
    expect(() => featuresOf({ features: ['tiping'] })).toThrow('there is no feature "tiping"');
    expect(() => featuresOf({ withoutFeatures: ['base'] })).toThrow('there is no feature "base"');
  });
});

describe('resolveAnswers', () => {
  it('takes undefined for not given', () => {
    const answers = resolveAnswers({ directory: 'x', port: undefined }, 'x', FEATURES);
    expect(answers).toMatchObject({ port: 3000, packageName: 'x', onConflict: 'abort' });
  });

  it('has an answer for everything but the preset, which is only a name for features', () => {
    const answers = resolveAnswers({ directory: 'x', preset: 'full' }, 'x', FEATURES);
    expect(answers).not.toHaveProperty('preset');
    expect(Object.values(answers)).not.toContain(undefined);
  });
});

describe('assertOptions', () => {
  it.each([
    [{ directory: 1 }, 'directory "1" is not a string'],
    [{ directory: 'x', port: 1.5 }, '--port "1.5" is not an integer from 1 to 65535'],
    [{ directory: 'x', port: { a: 1 } }, '--port "{ a: 1 }" is not a number'],
    [{ directory: 'x', git: 'no' }, '--git "no" is not a boolean'],
    [{ directory: 'x', features: [1] }, '--features "[ 1 ]" is not a list of names'],
    [{ directory: 'x', force: true }, 'unknown option "force"'],
  ])('refuses %j', (options, message) => {
    expect(() => assertOptions(options)).toThrow(
      expect.objectContaining({ message, code: 'INVALID_OPTION' }),
    );
  });

  it('A57 shows nothing of a connection string', () => {
    const uri = 'mongodb://ada:hunter2@host/a.b';
    expect(() => assertOptions({ directory: 'x', databaseUri: uri })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }),
    );
  });
});
