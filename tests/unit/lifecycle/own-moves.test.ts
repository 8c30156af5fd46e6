import { describe, expect, it } from 'vitest';
import { findOwnMoves } from '../../../src/lifecycle/own-moves.ts';
import type { Tree } from '../../../src/lifecycle/types.ts';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}`);

function tree(files: Readonly<Record<string, string | Buffer>>): Tree {
  const entries = Object.entries(files);
  return new Map(
    entries.map(([path, content]) => [path, { bytes: Buffer.from(content), mode: 0o644 }]),
  );
}

function text(from: number, to: number, more = ''): string {
  return `${LINES.slice(from, to).join('\n')}\n${more}`;
}

describe('L26 a file of the templates that its owner moved', () => {
  it.each([
    ['with the same bytes', text(0, 20)],
    ['edited', text(0, 15, 'mine\n')],
    ['edited, in other line ends', text(0, 15, 'mine\n').replaceAll('\n', '\r\n')],
  ])('is found %s', (_, moved) => {
    const strangers = tree({ 'other.ts': 'else\n', 'moved.ts': moved });
    expect(findOwnMoves(tree({ 'a.ts': text(0, 20) }), strangers)).toEqual({ 'a.ts': 'moved.ts' });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['less than most of it is alike', { 'b.ts': text(0, 8, text(0, 8).replaceAll('l', 'L')) }],
    ['the ending is another', { 'b.js': text(0, 20) }],
    ['two are nearly as alike', { 'b.ts': text(0, 18), 'c.ts': text(1, 19) }],
    ['it was copied twice', { 'b.ts': text(0, 20), 'c.ts': text(0, 20) }],
  ])('is not guessed where %s', (_, strangers) => {
    expect(findOwnMoves(tree({ 'a.ts': text(0, 20) }), tree(strangers))).toEqual({});
  });

  it('of two that could have become one file, the more similar one has', () => {
    const missing = tree({ 'a.ts': text(0, 14), 'b.ts': text(0, 20) });
    const strangers = tree({ 'c.ts': text(0, 20) });
    expect(findOwnMoves(missing, strangers)).toEqual({ 'b.ts': 'c.ts' });
  });

  it('is found by its bytes where it is no text, and an empty one never', () => {
    const picture = Buffer.from([0, 1, 2, 255]);
    const missing = tree({ 'a.png': picture, 'empty.ts': '' });
    const strangers = tree({ 'b.png': picture, 'mine.ts': '' });
    expect(findOwnMoves(missing, strangers)).toEqual({ 'a.png': 'b.png' });
  });
});
