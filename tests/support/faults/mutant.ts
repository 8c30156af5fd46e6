import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../scratch.ts';

/** A text of a compiled file that is to be another one. */
interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A copy of a built project with some changes. */
export function mutantOf(project: string, ...changes: readonly Change[]): string {
  const directory = scratch();
  for (const part of ['dist', 'package.json'])
    cpSync(join(project, part), join(directory, part), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(directory, 'node_modules'));
  for (const { file, from, to } of changes) {
    const path = join(directory, 'dist', file);
    const code = readFileSync(path, 'utf8');
    if (!code.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, code.replace(from, to));
  }
  return directory;
}
