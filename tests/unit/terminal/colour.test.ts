import { describe, expect, it } from 'vitest';
import { colourLevel, isCi, isLively } from '../../../src/terminal/colour.ts';

const terminal = { isTTY: true, write: () => true, getColorDepth: () => 8 };
const pipe = { write: () => true };

describe('colourLevel', () => {
  it.each([
    [{}, 2],
    [{ NO_COLOR: '1' }, 0],
    [{ NO_COLOR: '' }, 2],
    [{ TERM: 'dumb' }, 0],
    [{ CI: 'true' }, 0],
    [{ FORCE_COLOR: '0' }, 0],
    [{ FORCE_COLOR: '3' }, 3],
    [{ FORCE_COLOR: '', NO_COLOR: '1' }, 1],
  ])('at a terminal with %j is %i', (environment, level) => {
    expect(colourLevel(terminal, environment)).toBe(level);
  });

  it('is 0 without a terminal, unless forced', () => {
    expect(colourLevel(pipe, {})).toBe(0);
    expect(colourLevel(pipe, { FORCE_COLOR: '1' })).toBe(1);
  });
});

describe('isCi', () => {
  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['', false],
  ])('takes CI=%s as %s', (value, expected) => {
    expect(isCi({ CI: value })).toBe(expected);
  });
});

describe('isLively', () => {
  it('needs a terminal that can move its cursor, and a person', () => {
    expect(isLively(terminal, {})).toBe(true);
    expect(isLively(terminal, { TERM: 'dumb' })).toBe(false);
    expect(isLively(terminal, { CI: '1' })).toBe(false);
    expect(isLively(pipe, {})).toBe(false);
  });
});
