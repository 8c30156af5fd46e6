import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { describe, expect, it } from 'vitest';
import { broken } from '../../../src/terminal/text-lines.ts';
import { glyphsOf } from '../../../src/terminal/glyphs.ts';
import { textWidth } from '../../../src/terminal/text-width.ts';

const GLYPHS = ['xterm', 'linux'].flatMap((TERM) =>
  Object.values(glyphsOf({ TERM }, 'linux')).flat(),
);

describe('the width of a text', () => {
  it.each([...GLYPHS, 'plain', '日本', 'e\u0301', '👩‍💻 works', 'a\tb', ''])(
    'is what a terminal shows of %j, in colour too',
    (text) => {
      expect(textWidth(text)).toBe(stringWidth(text));
      expect(textWidth(`\u001B[36m${text}\u001B[39m  ${text}`)).toBe(2 + 2 * stringWidth(text));
    },
  );
});

describe('a text that fits', () => {
  it.each([
    'one line',
    'two  spaces',
    ' before',
    'after ',
    'two\nlines',
    '日本',
    'too long for it',
  ])('is broken as any other: %j', (text) => {
    expect(broken(text, 12)).toEqual(wrapAnsi(text, 12, { hard: true }).split('\n'));
  });
});
