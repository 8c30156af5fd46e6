import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import tmp from 'tmp';

// For what has an end of its own, such as a global set-up.
tmp.setGracefulCleanup();

const made: string[] = [];

/** A new empty directory, removed after the tests of its file. */
export function scratch(tmpdir?: string): string {
  const { name } = tmp.dirSync({ prefix: 'create-', unsafeCleanup: true, tmpdir });
  made.push(name);
  return name;
}

/** The same in memory, where there is such a place: for tests that need thousands of them. */
export function quickScratch(): string {
  return scratch(existsSync('/dev/shm') ? '/dev/shm' : undefined);
}

/** Removes all of them. Vitest ends its workers by a signal, so that nothing is done at their end. */
export function removeScratch(): void {
  for (const directory of made.splice(0))
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** A new directory with these files: path → text, or a value for JSON. */
export function scratchTree(tree: Readonly<Record<string, string | object>>): string {
  const directory = scratch();
  for (const [path, content] of Object.entries(tree)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return directory;
}

/** Everything under a directory: path → kind, mode and content, to compare before with after. */
export function treeOf(directory: string, skip: readonly string[] = []): Record<string, string> {
  const entries = entriesBelow(directory, '').sort();
  const kept = entries.filter(
    (entry) => !skip.some((name) => entry === name || entry.startsWith(`${name}/`)),
  );
  return Object.fromEntries(kept.map((entry) => [entry, describeEntry(join(directory, entry))]));
}

/** The files under a directory, without directories and links. */
export function filesOf(directory: string, skip: readonly string[] = []): readonly string[] {
  return Object.entries(treeOf(directory, skip)).flatMap(([path, entry]) =>
    entry.startsWith('file') ? [path] : [],
  );
}

// The recursion of readdir would follow links.
function entriesBelow(root: string, directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? [path, ...entriesBelow(root, path)] : [path];
  });
}

function describeEntry(path: string): string {
  const found = lstatSync(path);
  const mode = (found.mode & 0o777).toString(8);
  if (found.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (found.isDirectory()) return `directory ${mode}`;
  // Reading a pipe would wait for somebody to write.
  if (!found.isFile()) return `other ${mode}`;
  return `file ${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}
