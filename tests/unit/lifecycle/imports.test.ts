import { describe, expect, it } from 'vitest';
import { hasImports, movedImports } from '../../../src/lifecycle/imports.ts';

const MOVED: Readonly<Record<string, string>> = {
  'src/backend/shared/clock.ts': 'src/platform/lib/clock.ts',
  'src/backend/features/index.ts': 'src/backend/features.ts',
  'src/backend/features/mine/index.ts': 'src/backend/mine/index.ts',
  'src/backend/features/mine/view.tsx': 'src/backend/mine/view.tsx',
};
const PLACES = {
  isFile: (path: string) => Object.hasOwn(MOVED, path) || path === 'src/app.ts',
  placeOf: (path: string) => MOVED[path] ?? path,
};

function inApp(text: string): string {
  return movedImports(text, { from: 'src/app.ts', to: 'src/app.ts' }, PLACES);
}

describe('specifiers that follow moved files', () => {
  it.each([
    [`import { a } from './backend/shared/clock.ts';`, './platform/lib/clock.ts'],
    [`import a, {\n  b,\n} from "./backend/shared/clock.ts";`, './platform/lib/clock.ts'],
    [`import type { A } from './backend/shared/clock.ts';`, './platform/lib/clock.ts'],
    [`export * from './backend/shared/clock.ts';`, './platform/lib/clock.ts'],
    [`import './backend/shared/clock.ts';`, './platform/lib/clock.ts'],
    [`await import('./backend/shared/clock.ts');`, './platform/lib/clock.ts'],
    [`await import(\n  './backend/shared/clock.ts'\n);`, './platform/lib/clock.ts'],
    [`const a = require('./backend/shared/clock.ts');`, './platform/lib/clock.ts'],
    [`vi.mock('./backend/shared/clock.ts', () => ({}));`, './platform/lib/clock.ts'],
    [`vi.doMock('./backend/shared/clock.ts');`, './platform/lib/clock.ts'],
    [`from './backend/shared/clock'`, './platform/lib/clock'],
    [`from './backend/shared/clock.js'`, './platform/lib/clock.js'],
    [`from './backend/features/index.ts'`, './backend/features.ts'],
    [`from './backend/features'`, './backend/features'],
    [`from './backend/features/mine'`, './backend/mine'],
    [`from './backend/features/mine/index.js'`, './backend/mine/index.js'],
    [`from './backend/features/mine/view.jsx'`, './backend/mine/view.jsx'],
  ])('%s', (text, specifier) => {
    const quote = text.includes('"') ? '"' : "'";
    expect(inApp(text)).toBe(text.replace(/(['"]).*\1/, `${quote}${specifier}${quote}`));
  });

  it('both of a generic call are followed', () => {
    expect(
      inApp(
        `vi.importActual<typeof import('./backend/shared/clock.ts')>('./backend/shared/clock.ts')`,
      ),
    ).toBe(`vi.importActual<typeof import('./platform/lib/clock.ts')>('./platform/lib/clock.ts')`);
  });

  it.each([
    `import express from 'express';`,
    `const path = './backend/shared/clock.ts';`,
    `import a from './nothing.ts';`,
    `import a from './backend/shared/clock.ts.bak';`,
    `Array.from(['./backend/shared/clock.ts']);`,
  ])('%s stays as it is', (text) => {
    expect(inApp(text)).toBe(text);
  });

  it('what moves itself names the same files from its new place, also those that are not there yet', () => {
    const place = { from: 'src/backend/features/mine/index.ts', to: 'src/backend/mine/index.ts' };
    const text = [
      `import a from '../../shared/clock.ts';`,
      `import b from '../../../app.ts';`,
      `import c from '../index.ts';`,
      `import d from './view.tsx';`,
      `import e from '../../../../build/made.js';`,
    ].join('\n');
    expect(movedImports(text, place, PLACES).split('\n')).toEqual([
      `import a from '../../platform/lib/clock.ts';`,
      `import b from '../../app.ts';`,
      `import c from '../features.ts';`,
      `import d from './view.tsx';`,
      `import e from '../../../build/made.js';`,
    ]);
  });

  it('only code has them', () => {
    const names = ['a.ts', 'a.tsx', 'a.mts', 'a.cjs', 'a.js', 'a.md', 'ats', 'a.json'];
    expect(names.filter(hasImports)).toEqual(['a.ts', 'a.tsx', 'a.mts', 'a.cjs', 'a.js']);
  });
});
