import { execFileSync } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './scratch.ts';

/** A file system of a test's own, which can be full. */
export interface Mount {
  readonly place: string;
  unmount(): void;
}

/** Mounts one below a directory, with options as of tmpfs: `size=64k`. */
export function mount(parent: string, options: string): Mount {
  const place = join(parent, 'disk');
  mkdirSync(place);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place], { stdio: 'ignore' });
  return {
    place,
    unmount() {
      execFileSync('umount', [place]);
      rmdirSync(place);
    },
  };
}

/** Whether this system lets us mount one. */
export function canMount(): boolean {
  try {
    mount(scratch(), 'size=64k').unmount();
    return true;
  } catch {
    return false;
  }
}
