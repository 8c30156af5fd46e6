import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A file below `files/` or `files+<feature>/`: verbatim, or a host that prints slots. */
export interface TemplateFile {
  /** Its path in a project, with `/`. */
  readonly path: string;
  readonly isHost: boolean;
  readonly bytes: Buffer;
  readonly isExecutable: boolean;
  /** Where it lies, for messages. */
  readonly source: string;
  /** The other feature that it is for: it counts where both are. */
  readonly beside?: string | undefined;
}

/** What several features may have a part of. */
export const MERGED_FILE = 'package.json';

/** Names that npm would drop from a package. */
const RENAMED = new Map([
  ['_gitignore', '.gitignore'],
  ['_npmrc', '.npmrc'],
]);

const BESIDE = 'files+';

/** The other features for which a folder has files, such as `demo` for `files+demo/`. */
export function besideWhich(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(BESIDE))
    .map((name) => name.slice(BESIDE.length))
    .sort();
}

/** Reads every file below `files/`, or below the folder for another feature, by path. */
export function loadFiles(feature: string, beside?: string): readonly TemplateFile[] {
  const directory = join(feature, beside === undefined ? 'files' : BESIDE + beside);
  return listFiles(directory).map((source) => {
    const parts = relative(directory, source).split(sep);
    const last = parts.pop() as string;
    const isHost = last.endsWith('.ejs');
    const name = isHost ? last.slice(0, -'.ejs'.length) : last;
    return {
      path: [...parts, RENAMED.get(name) ?? name].join('/'),
      isHost,
      bytes: readFileSync(source),
      isExecutable: (statSync(source).mode & 0o100) !== 0,
      source,
      ...(beside === undefined ? {} : { beside }),
    };
  });
}

/** Reads every fragment with the slot that it is named after. */
export function loadFragments(directory: string): readonly (readonly [string, string])[] {
  return listFiles(directory).map((path) => [
    relative(directory, path).split('.')[0] as string,
    readFileSync(path, 'utf8').trimEnd(),
  ]);
}

function listFiles(directory: string): readonly string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? listFiles(path) : [path];
    })
    .sort();
}
