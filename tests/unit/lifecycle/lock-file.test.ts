import { describe, expect, it } from 'vitest';
import { isLockBehind } from '../../../src/lifecycle/lock-file.ts';

const manifest = {
  dependencies: { '@node-rs/argon2': '^2.2.1', express: '^5.3.0' },
  devDependencies: { typescript: '~6.0.3' },
};

// As each writes it, without what else is in it.
const LOCKS = {
  npm: JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'app', ...manifest } } }),
  pnpm: `importers:

  .:
    dependencies:
      '@node-rs/argon2':
        specifier: ^2.2.1
        version: 2.2.1
      express:
        specifier: ^5.3.0
        version: 5.3.1
    devDependencies:
      typescript:
        specifier: ~6.0.3
        version: 6.0.3
`,
  yarn: `"@node-rs/argon2@npm:^2.2.1":
  version: 2.2.1

"accepts@npm:^2.0.0, express@npm:^5.3.0":
  version: 5.3.1

"typescript@npm:~6.0.3":
  version: 6.0.3
`,
  'yarn 1': `"@node-rs/argon2@^2.2.1":
  version "2.2.1"

express@^5.0.0, express@^5.3.0:
  version "5.3.1"

typescript@~6.0.3:
  version "6.0.3"
`,
  bun: `{
  "lockfileVersion": 1,
  "workspaces": {
    "": {
      "dependencies": {
        "@node-rs/argon2": "^2.2.1",
        "express": "^5.3.0",
      },
      "devDependencies": {
        "typescript": "~6.0.3",
      },
    },
  },
}
`,
};

describe.each(Object.entries(LOCKS))('a lockfile of %s', (name, text) => {
  const manager = name.split(' ', 1)[0] as 'npm' | 'pnpm' | 'yarn' | 'bun';

  it('L50 is that of its package.json', () => {
    expect(isLockBehind(manager, text, manifest)).toBe(false);
  });

  it.each([
    ['another range', { express: '^5.3' }],
    ['a dependency more', { expres: '^5.3.0' }],
  ])('L50 is behind one with %s', (_what, more) => {
    const dependencies = { ...manifest.dependencies, ...more };
    expect(isLockBehind(manager, text, { ...manifest, dependencies })).toBe(true);
  });
});

describe('a lockfile of npm', () => {
  it('L50 is behind a package.json with a dependency less', () => {
    const { dependencies } = manifest;
    expect(isLockBehind('npm', LOCKS.npm, { dependencies })).toBe(true);
  });

  it('L50 that is no JSON is behind', () => {
    expect(isLockBehind('npm', '<<<<<<< ours\n{}', manifest)).toBe(true);
  });

  it('L50 of version 1 says nothing of ranges', () => {
    expect(isLockBehind('npm', '{"lockfileVersion": 1}', manifest)).toBe(false);
  });
});
