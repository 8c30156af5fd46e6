import { describe, expect, it } from 'vitest';
import { assertOptions, resolveAnswers } from '../../../src/options/answers.ts';
import { features } from '../../support/templates.ts';

const FEATURES = features({});

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

describe('answers that contradict each other', () => {
  it('A44 are named', () => {
    expect(() =>
      resolveAnswers({ directory: 'x', verify: true, install: false }, 'x', FEATURES),
    ).toThrow('--verify and --no-install contradict each other');
    expect(() =>
      resolveAnswers({ directory: 'x', start: true, install: false }, 'x', FEATURES),
    ).toThrow('--start and --no-install contradict each other');
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
