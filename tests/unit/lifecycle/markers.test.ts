import { expect, it } from 'vitest';
import { renderTarget } from '../../../src/lifecycle/base.ts';
import { countMarkers } from '../../../src/lifecycle/markers.ts';
import { TEMPLATES } from '../../../src/package.ts';
import { choosableFeatures, loadFeatures } from '../../../src/templates/features.ts';

it('L44 no file is made with markers: that would be a conflict which nobody can resolve', () => {
  const { tree } = renderTarget({
    packageName: 'app',
    description: '',
    author: '',
    port: 3000,
    packageManager: 'npm',
    adapter: 'redis',
    features: choosableFeatures(loadFeatures(TEMPLATES)).map(({ name }) => name),
  });
  expect(countMarkers('<<<<<<< yours\n')).toBe(1);
  const marked = [...tree].filter(([, { bytes }]) => countMarkers(bytes.toString()) > 0);
  expect(marked.map(([path]) => path)).toEqual([]);
});
