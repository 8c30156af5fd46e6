import { closeSync, fstatSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { DIRECTORY_MODE } from './directories.ts';
import { setMode } from './modes.ts';

const MODE_BITS = 0o777;

/**
 * Makes files and directories in a place that is this run's own. What the first of a mode was given is
 * what the others are given, too: their modes are set only where the umask took something away.
 */
export class NewFiles {
  readonly #isFileModeKept = new Map<number, boolean>();
  #isDirectoryModeKept: boolean | undefined;

  /** Makes a file; fails with EEXIST where something is. */
  make(path: string, { bytes, mode }: { readonly bytes: Uint8Array; readonly mode: number }): void {
    const file = openSync(path, 'wx', mode);
    try {
      for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from);
      const isKept = this.#isFileModeKept.get(mode) ?? (fstatSync(file).mode & MODE_BITS) === mode;
      this.#isFileModeKept.set(mode, isKept);
      if (!isKept) setMode(path, mode);
    } finally {
      closeSync(file);
    }
  }

  /** Makes a directory whose parent is there. */
  makeDirectory(path: string): void {
    mkdirSync(path, DIRECTORY_MODE);
    this.#isDirectoryModeKept ??= (statSync(path).mode & MODE_BITS) === DIRECTORY_MODE;
    if (!this.#isDirectoryModeKept) setMode(path, DIRECTORY_MODE);
  }
}
