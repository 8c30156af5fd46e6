import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './scratch.ts';

/**
 * A program that stands before the real one on the PATH, as a shell script. npm is asked whether its
 * registry is there before it installs: `ping` is the answer.
 * @returns the environment in which it is found.
 */
export function fakeProgram(
  name: string,
  script: string,
  ping = 'exit 0',
): { readonly PATH: string } {
  const directory = scratch();
  const answer = `if [ "$1" = ping ]; then ${ping}; fi`;
  writeFileSync(join(directory, name), `#!/bin/sh\n${answer}\n${script}\n`, { mode: 0o755 });
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

/** Stands for an npm that installs: puts a package.json where each dependency would be. */
export const INSTALLS = `
cd "$3" && node -e '
const { dependencies, devDependencies } = JSON.parse(fs.readFileSync("package.json", "utf8"));
for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
  fs.mkdirSync("node_modules/" + name, { recursive: true });
  fs.writeFileSync("node_modules/" + name + "/package.json", "{}");
}
fs.writeFileSync("package-lock.json", "{}");
' && env > environment.txt && echo "$@" > arguments.txt`;
