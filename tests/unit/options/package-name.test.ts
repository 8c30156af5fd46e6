import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  directoryNameProblem,
  packageNameProblem,
  suggestPackageName,
} from '../../../src/options/package-name.ts';

describe('packageNameProblem', () => {
  it.each(['a', 'my-app', 'my.app', 'my_app', 'my~app', 'a1', '@team/chat', 'a'.repeat(214)])(
    'takes %s',
    (name) => {
      expect(packageNameProblem(name)).toBeUndefined();
    },
  );

  it.each([
    '',
    ' ',
    'A',
    '.a',
    '_a',
    '-a',
    'a b',
    'a/b',
    '@team/',
    '@/a',
    '@team/_a',
    'http',
    'con',
    'com1.x',
    'a.',
    'é',
    'a'.repeat(215),
  ])('refuses %j', (name) => {
    expect(packageNameProblem(name)).toMatch(/^(?:is|has|begins|ends) /);
  });
});

describe('suggestPackageName', () => {
  it.each([
    ['My App', 'my-app'],
    ['Café Chat', 'cafe-chat'],
    ['__x', 'x'],
    ['http', 'http-chat'],
    ['con', 'con-chat'],
    ['日本', undefined],
  ])('makes of %j %j', (text, name) => {
    expect(suggestPackageName(text)).toBe(name);
  });

  it('never suggests what would be refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 250 }), (text) => {
        const name = suggestPackageName(text);
        expect(name === undefined || packageNameProblem(name) === undefined).toBe(true);
      }),
    );
  });
});

describe('directoryNameProblem', () => {
  it.each(['con', 'NUL', 'Aux.txt', 'COM1', 'lpt9.log', 'x.', 'x ', 'a:b', 'a\\b', 'a?'])(
    'A09 refuses %j, which Windows does not take',
    (name) => {
      expect(directoryNameProblem(name)).toBeDefined();
    },
  );

  it.each(['My App', 'console', 'com10', 'x.y'])('takes %j', (name) => {
    expect(directoryNameProblem(name)).toBeUndefined();
  });
});
