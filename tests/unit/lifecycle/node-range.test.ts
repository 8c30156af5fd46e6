import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { isInRange } from '../../../src/lifecycle/node-range.ts';

// What npm reads ranges with; a package of the tools for packages brings it.
const { satisfies } = createRequire(import.meta.url)('semver') as {
  readonly satisfies: (version: string, range: string) => boolean;
};
const VERSIONS = ['0.0.3', '0.2.9', '18.20.0', '20.0.0', '20.18.9', '20.19.0', '21.0.0', '24.1.0'];

describe('the range of Node in package.json', () => {
  it.each([
    '^20.19.0 || ^22.13.0 || >=24.0.0',
    '20',
    '20.x',
    '20.19',
    'v20.19.0',
    '=20.19.0',
    '^20',
    '^0.2.3',
    '^0.0.3',
    '^0',
    '~20.18',
    '~20',
    '~20.18.2',
    '>=20 <21',
    '>= 20 < 21',
    '>20',
    '>20.18.9',
    '<=20',
    '<=20.18',
    '<20.19',
    '*',
    '',
  ])('L50 %j is read as npm reads it', (range) => {
    const ours = VERSIONS.map((version) => isInRange(version, range));
    expect(ours).toEqual(VERSIONS.map((version) => satisfies(version, range)));
  });

  it.each(['18 - 20', 'lts/*', '>=20.x.1-rc'])('L50 of %j nothing is said', (range) => {
    expect(isInRange('20.19.0', range)).toBeUndefined();
  });
});
