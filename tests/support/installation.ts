import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './scratch.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A copy of this package as it is installed, to damage. */
export function installation(): string {
  return copyOf(['bin', 'dist', 'package.json']);
}

/** A copy of this package as its developers have it, built, to change and to build again. */
export function workingCopy(): string {
  const directory = copyOf([
    'bin',
    'build',
    'schemas',
    'scripts',
    'src',
    'templates',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]);
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

function copyOf(parts: readonly string[]): string {
  // One level down, so that there is room beside it.
  const directory = join(scratch(), 'clone');
  for (const part of parts)
    cpSync(join(ROOT, part), join(directory, part), { recursive: true, preserveTimestamps: true });
  return directory;
}
