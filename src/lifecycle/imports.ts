import { posix } from 'node:path';
import { isText } from './text-form.ts';
import type { TreeFile } from './types.ts';

/** A file that may be somewhere else than before. */
export interface Place {
  readonly from: string;
  readonly to: string;
}

/** Where the files are that specifiers name. */
export interface Places {
  readonly isFile: (path: string) => boolean;
  readonly placeOf: (path: string) => string;
}

const CODE_FILE = /\.[cm]?[jt]sx?$/;
const SPECIFIER =
  /((?:\bfrom|\bimport)\s*|\b(?:import|require|vi\.(?:(?:un|doUn)?mock|doMock|importActual|importMock))\s*(?:<[^;]*?>)?\(\s*)(['"])(\.{1,2}(?:\/[^'"\n]*)?)\2/g;
// What a specifier says at its end, and what the file has there, in the order of resolution.
const ENDINGS = [
  ['', ''],
  ['.js', '.ts'],
  ['.js', '.tsx'],
  ['.jsx', '.tsx'],
  ['.mjs', '.mts'],
  ['.cjs', '.cts'],
  ['', '.ts'],
  ['', '.tsx'],
  ['', '.js'],
  ['', '/index.ts'],
  ['', '/index.tsx'],
  ['', '/index.js'],
] as const;

/** Whether a file has specifiers that can follow others. */
export function hasImports(path: string): boolean {
  return CODE_FILE.test(path);
}

/** A file once files have moved, itself included; the same where it says nothing else then. */
export function withImports(file: TreeFile, place: Place, places: Places): TreeFile {
  if (!hasImports(place.from) || !isText(file.bytes)) return file;
  const text = file.bytes.toString();
  const next = movedImports(text, place, places);
  return next === text ? file : { bytes: Buffer.from(next), mode: file.mode };
}

/**
 * What a code file says once files have moved, itself included: its relative specifiers name the
 * same files as before, and their endings are spelled as they were.
 */
export function movedImports(text: string, place: Place, places: Places): string {
  return text.replace(SPECIFIER, (_, head: string, quote: string, specifier: string) => {
    // A generic argument, as in `vi.importActual<typeof import('./x.ts')>(…)`, has a specifier too.
    const start = head.includes('<') ? movedImports(head, place, places) : head;
    return `${start}${quote}${followed(specifier, place, places)}${quote}`;
  });
}

function followed(specifier: string, { from, to }: Place, places: Places): string {
  const named = posix.join(posix.dirname(from), specifier).replace(/\/$/, '');
  const place = placeNamed(named, places);
  if (place === named && posix.dirname(from) === posix.dirname(to)) return specifier;
  const path = posix.relative(posix.dirname(to), place);
  return path.startsWith('.') ? path : `./${path}`;
}

// What is no file yet, such as a build, stays where it is.
function placeNamed(named: string, { isFile, placeOf }: Places): string {
  for (const [said, meant] of ENDINGS) {
    const file = `${named.slice(0, named.length - said.length)}${meant}`;
    if (!named.endsWith(said) || !isFile(file)) continue;
    const place = placeOf(file);
    return place === file ? named : spelled(place, said, meant);
  }
  return named;
}

function spelled(place: string, said: string, meant: string): string {
  if (meant === '') return place;
  // A folder is named as one while its index is still that.
  if (place.endsWith(meant)) return `${place.slice(0, -meant.length)}${said}`;
  return `${place.slice(0, -posix.extname(place).length)}${said}`;
}
