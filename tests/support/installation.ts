import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './scratch.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A copy of this package as it is installed, to change. */
export function installation(): string {
  const directory = scratch();
  for (const part of ['bin', 'dist', 'templates', 'package.json'])
    cpSync(join(ROOT, part), join(directory, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

/** A copy of this package as its developers have it, without what is built. */
export function workingCopy(): string {
  const directory = scratch();
  for (const part of [
    'bin',
    'src',
    'templates',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ])
    cpSync(join(ROOT, part), join(directory, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}
