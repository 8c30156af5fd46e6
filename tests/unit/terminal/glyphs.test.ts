import { describe, expect, it } from 'vitest';
import { glyphsOf } from '../../../src/terminal/glyphs.ts';

describe('the signs of a terminal', () => {
  it.each([
    [{}, 'linux', '◆'],
    [{ LANG: 'de_DE.UTF-8' }, 'linux', '◆'],
    [{ LANG: 'C.utf8' }, 'darwin', '◆'],
    [{ LANG: 'C' }, 'linux', '?'],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }, 'linux', '?'],
    [{ LANG: 'de_DE@euro' }, 'linux', '?'],
    [{ TERM: 'linux', LANG: 'C.UTF-8' }, 'linux', '?'],
    [{}, 'win32', '?'],
    [{ WT_SESSION: '1' }, 'win32', '◆'],
    [{ TERM_PROGRAM: 'vscode' }, 'win32', '◆'],
  ] as const)('with %j on %s', (environment, platform, current) => {
    expect(glyphsOf(environment, platform).current).toBe(current);
  });

  it('are ASCII where there are no others, and the same ones', () => {
    const drawn = glyphsOf({}, 'linux');
    const plain = glyphsOf({ TERM: 'linux' }, 'linux');
    expect(Object.keys(plain)).toEqual(Object.keys(drawn));
    expect(Object.values(plain).flat().join('')).toMatch(/^[ -~]+$/);
  });
});
