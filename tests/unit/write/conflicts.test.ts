import { describe, expect, it } from 'vitest';
import { missingLines } from '../../../src/write/conflicts.ts';

describe('missingLines', () => {
  it('brings what is missing, without comments, on lines of their own', () => {
    const wanted = '# Dependencies\nnode_modules/\n\n.env\n';
    expect(missingLines('', wanted)).toBe('node_modules/\n.env\n');
    expect(missingLines('dist', wanted)).toBe('\nnode_modules/\n.env\n');
    expect(missingLines('.env\r\ndist\r\n', wanted)).toBe('node_modules/\n');
    expect(missingLines('.env\nnode_modules/\n', wanted)).toBe('');
  });
});
