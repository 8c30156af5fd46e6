import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../../src/lib/suggest.ts';

const FLAGS = ['--description', '--dry-run', '--port', '--yes'];

describe('closest', () => {
  it.each([
    ['--descripton', '--description'],
    ['--dryrun', '--dry-run'],
    ['--prot', '--port'],
    ['--yse', '--yes'],
    ['--port', '--port'],
  ])('finds for %s %s', (word, meant) => {
    expect(closest(word, FLAGS)).toBe(meant);
  });

  it('finds nothing where nothing is near', () => {
    expect(closest('--kubernetes', FLAGS)).toBeUndefined();
    expect(closest('x', [])).toBeUndefined();
    expect(didYouMean('--kubernetes', FLAGS)).toBe('');
  });
});
