import { readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { publint } from 'publint';
import { beforeAll, describe, expect, it } from 'vitest';
import { workingCopy } from '../support/installation.ts';
import { contentsOf, pack } from '../support/tarball.ts';

const ROOT = join(import.meta.dirname, '../..');
const ALLOWED_LICENCES = 'MIT ISC BSD-2-Clause BSD-3-Clause Apache-2.0 BlueOak-1.0.0'.split(' ');

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly [kind: string]: unknown;
}

let tarball: string;
let files: ReadonlyMap<string, Buffer>;
let manifest: Manifest;

beforeAll(async () => {
  tarball = await pack();
  files = contentsOf(tarball);
  manifest = JSON.parse(files.get('package.json')!.toString()) as Manifest;
});

describe('the published package', () => {
  it('has the files of the committed list and no other', async () => {
    const list = [...files.keys()].toSorted().join('\n');
    await expect(`${list}\n`).toMatchFileSnapshot('files.txt');
  });

  it('G4 is one package of at most one megabyte', () => {
    for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies'])
      expect(manifest[kind] ?? {}).toEqual({});
    expect(statSync(tarball).size).toBeLessThanOrEqual(1_000_000);
  });

  it('runs nothing when it is installed', () => {
    const names = Object.keys(manifest.scripts);
    expect(names.filter((name) => /^(?:pre|post)?(?:install|prepare)$/.test(name))).toEqual([]);
    expect([...files.keys()]).not.toContain('binding.gyp');
  });

  it('names no place of the machine that built it, and has no source map', () => {
    for (const [path, content] of files) {
      const text = content.toString('latin1');
      expect([path, text.includes(ROOT)]).toEqual([path, false]);
      expect([path, text.includes(`${homedir()}/`)]).toEqual([path, false]);
      expect([path, text.includes('sourceMappingURL')]).toEqual([path, false]);
      expect(path).not.toMatch(/\.map$|(?:^|\/)\.env/);
    }
  });

  it('carries the licence of every package that is in it', () => {
    const text = files.get('dist/THIRD-PARTY-LICENCES.txt')!.toString();
    const titles = [...text.matchAll(/^((?:@[\w-]+\/)?[\w.-]+) \d+\.\d+\.\d+ \(([\w.-]+)\)$/gm)];
    const names = titles.map(([, name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['chalk', 'commander', 'execa', 'fs-extra', '@inquirer/core']),
    );
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, object>>;
    };
    for (const [title, name, licence] of titles) {
      expect(lock.packages).toHaveProperty([`node_modules/${name}`]);
      expect(ALLOWED_LICENCES, title).toContain(licence);
    }
  });

  it('has no finding of publint', async () => {
    const bytes = readFileSync(tarball);
    const { messages } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer } });
    expect(messages).toEqual([]);
  });

  it('has types that every resolver of ES modules finds', async () => {
    const attw = join(ROOT, 'node_modules/.bin/attw');
    const checked = await execa(attw, [tarball, '--profile', 'esm-only', '--no-color'], {
      reject: false,
      all: true,
    });
    expect(checked.exitCode, checked.all).toBe(0);
  });

  it('is the same, byte for byte, when it is built elsewhere', async () => {
    const elsewhere = workingCopy();
    rmSync(join(elsewhere, 'build'), { recursive: true });
    await execa('npm', ['run', '--silent', 'build'], { cwd: elsewhere });
    const other = await pack(elsewhere);
    const differing = [...contentsOf(other)].filter(
      ([path, content]) => !files.get(path)?.equals(content),
    );
    expect(differing.map(([path]) => path)).toEqual([]);
    expect(readFileSync(other).equals(readFileSync(tarball))).toBe(true);
  });
});
