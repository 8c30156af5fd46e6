import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown, visible } from '../../../src/lib/text.ts';

describe('visible', () => {
  it('shows nothing that a terminal would obey or hide', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('shown', () => {
  it('quotes only what is odd', () => {
    expect(shown('--port=3')).toBe('--port=3');
    expect(shown('--\u001B[2J')).toBe('"--\\u001b[2J"');
    expect(shown('a b')).toBe('"a b"');
  });
});
