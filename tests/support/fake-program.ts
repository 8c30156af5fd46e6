import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './scratch.ts';

/**
 * A program that stands before the real one on the PATH, as a shell script.
 * @returns the environment in which it is found.
 */
export function fakeProgram(name: string, script: string): { readonly PATH: string } {
  const directory = scratch();
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${directory}:${process.env['PATH'] ?? ''}` };
}

/** An environment in which only these programs are found. */
export function onlyPrograms(...paths: readonly string[]): { readonly PATH: string } {
  const directory = scratch();
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    writeFileSync(join(directory, name), `#!/bin/sh\nexec ${path} "$@"\n`, { mode: 0o755 });
  }
  return { PATH: directory };
}
