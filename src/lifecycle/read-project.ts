import { closeSync, fstatSync, lstatSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ABSENT, unlessSync } from '../lib/file-system.ts';
import { RECORD_FILE } from '../options/record.ts';
import { readAgain } from '../write/errors.ts';
import { isTemporaryFile, JOURNAL } from '../write/target.ts';
import { LOCK_FILES } from '../steps/git.ts';
import { BEFORE } from './before.ts';
import type { ProjectTree, TreeFile } from './types.ts';

// Made again by others, wherever they are.
const NEVER = new Set(['.git', 'node_modules']);
// The same below the project itself, and what is ours or nobody's to see.
const NOT_AT_ROOT = new Set(
  ['dist', 'coverage', '.data', '.env', RECORD_FILE, JOURNAL, BEFORE].concat(LOCK_FILES),
);

/** A file that is no link and nothing else, read; undefined where there is none of at most so many bytes. */
export function readRegularFile(path: string, mostBytes = Infinity): TreeFile | undefined {
  const found = readAgain(path, () => unlessSync(ABSENT, () => lstatSync(path)));
  if (!found?.isFile() || found.size > mostBytes) return undefined;
  return { bytes: readAgain(path, () => readFileSync(path)), mode: found.mode & 0o7777 };
}

/**
 * Looks at everything in a project that may matter, without following a link; a file is read when its bytes
 * are asked for.
 * @throws CreateError TARGET_IN_THE_WAY for what went meanwhile, FILE_SYSTEM; so do files that are read.
 */
export function readProject(root: string): ProjectTree {
  const files = new Map<string, TreeFile>();
  const links = new Set<string>();
  const directories = new Set<string>();
  const open = [''];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const place = join(root, folder);
    const entries = readAgain(place, () => readdirSync(place, { withFileTypes: true }));
    for (const entry of entries) {
      if (isLeftOut(folder, entry.name)) continue;
      const path = `${folder}${entry.name}`;
      if (entry.isSymbolicLink()) links.add(path);
      else if (entry.isFile()) files.set(path, new DiskFile(root + sep + path));
      else if (entry.isDirectory()) {
        directories.add(path);
        open.push(`${path}/`);
      }
    }
  }
  return { files, links, directories };
}

function isLeftOut(folder: string, name: string): boolean {
  return NEVER.has(name) || (folder === '' && (NOT_AT_ROOT.has(name) || isTemporaryFile(name)));
}

class DiskFile implements TreeFile {
  readonly #path: string;
  #bytes: Buffer | undefined;
  #mode: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): Buffer {
    this.#bytes ??= readAgain(this.#path, () => this.#read());
    return this.#bytes;
  }

  get mode(): number {
    this.#mode ??= readAgain(this.#path, () => lstatSync(this.#path)).mode & 0o7777;
    return this.#mode;
  }

  /** Its mode is asked for, too, and by its number that costs next to nothing. */
  #read(): Buffer {
    const file = openSync(this.#path, 'r');
    try {
      this.#mode ??= fstatSync(file).mode & 0o7777;
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  }
}
