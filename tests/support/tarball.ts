import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { scratch } from './scratch.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Packs a checkout whose dist/ is built, as publishing does. @returns the path of the tarball. */
export async function pack(root = ROOT): Promise<string> {
  const directory = scratch();
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
  const { stdout } = await execa('npm', args, { cwd: root });
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  return join(directory, packed?.filename ?? '');
}

/** The files of a tarball: path without `package/` → content. */
export function contentsOf(tarball: string): ReadonlyMap<string, Buffer> {
  const tar = gunzipSync(readFileSync(tarball));
  const files = new Map<string, Buffer>();
  // A header of 512 bytes, with the name first and the size, in octal, at 124; then the content.
  for (let at = 0; tar[at] !== 0;) {
    const header = tar.subarray(at, at + 512).toString('latin1');
    const size = Number.parseInt(header.slice(124, 136), 8);
    const path = header.slice(0, header.indexOf('\0')).replace(/^package\//, '');
    files.set(path, tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** Unpacks a tarball. @returns the new directory with its files. */
export function unpacked(tarball: string): string {
  const directory = join(scratch(), 'package');
  for (const [path, content] of contentsOf(tarball)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}
