import { describe, expect, it } from 'vitest';
import { Placement } from '../../../src/lifecycle/moves.ts';

const FIRST = {
  moved: {
    'src/backend/': 'src/features/',
    'src/backend/shared/': 'src/platform/',
    'src/backend/shared/access.ts': 'src/rights.ts',
  },
  split: { 'src/limits.ts': ['src/limits.ts', 'src/tuning.ts'] },
};
const SECOND = { moved: { 'src/platform/': 'platform/', 'src/tuning.ts': 'src/machinery.ts' } };

describe('where releases put files', () => {
  const placement = new Placement([FIRST, SECOND]);

  it.each([
    ['src/backend/shared/access.ts', 'src/rights.ts', 'by its whole name first'],
    ['src/backend/shared/clock.ts', 'platform/clock.ts', 'by its longest folder, twice'],
    ['src/backend/users/index.ts', 'src/features/users/index.ts', 'by its folder'],
    ['src/backend.ts', 'src/backend.ts', 'nowhere, where a name only begins like a folder'],
    ['src/limits.ts', 'src/limits.ts', 'to the first of its parts'],
  ])('%s goes to %s: %s', (path, place) => {
    expect(placement.placeOf(path)).toBe(place);
  });

  it('a part follows later releases', () => {
    expect(placement.partsOf('src/limits.ts')).toEqual(['src/limits.ts', 'src/machinery.ts']);
  });

  it('what its owner made follows folders, and never a name', () => {
    expect(placement.ownPlaceOf('src/backend/shared/access.ts')).toBe('platform/access.ts');
    expect(placement.ownPlaceOf('src/tuning.ts')).toBe('src/tuning.ts');
  });

  it('is empty without moves only', () => {
    expect(placement.isEmpty).toBe(false);
    expect(new Placement([]).isEmpty).toBe(true);
    expect(new Placement([{}]).isEmpty).toBe(true);
  });
});
