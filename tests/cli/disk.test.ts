import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM, command } from '../support/command.ts';
import { fakeProgram } from '../support/fake-program.ts';
import { canMount, mount as mountBelow } from '../support/mount.ts';
import type { Mount } from '../support/mount.ts';
import { scratch, treeOf } from '../support/scratch.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

// A file system of its own needs a system that lets us mount one.
let mounts: Mount[] = [];
function mount(options: string): string {
  const mounted = mountBelow(cwd, options);
  mounts.push(mounted);
  return mounted.place;
}
afterEach(() => {
  for (const mounted of mounts) mounted.unmount();
  mounts = [];
});

/** The environment of a command whose fortieth file is refused once. */
function refusing(code: string): { readonly NODE_OPTIONS: string } {
  const preload = join(scratch(), 'refuses.mjs');
  writeFileSync(
    preload,
    `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { openSync } = fs;
    let files = 0;
    fs.openSync = (path, flags, ...rest) => {
      if (flags === 'wx') files += 1;
      if (flags !== 'wx' || files !== 40) return openSync(path, flags, ...rest);
      throw Object.assign(new Error('${code}'), { code: '${code}' });
    };
    syncBuiltinESMExports();`,
  );
  return { NODE_OPTIONS: `--import=${preload}` };
}

describe.runIf(canMount())('a file system that refuses', () => {
  it('A30 is full: the staging directory is gone again', async () => {
    const disk = mount('size=64k');
    const outcome = await command(['a/my-app', ...QUICK], { cwd: disk });
    expect(outcome.stderr).toMatch(
      /cannot write .*my-app: the disk is full \(ENOSPC\)\n {2}Make room/,
    );
    expect(outcome.code).toBe(4);
    expect(readdirSync(disk)).toEqual([]);
  });

  it('A30 is full: a directory that was there is as it was', async () => {
    const disk = mount('size=64k');
    mkdirSync(join(disk, 'my-app'));
    writeFileSync(join(disk, 'my-app/package.json'), 'mine');
    const before = treeOf(disk);
    const outcome = await command(['my-app', ...QUICK, '--force'], { cwd: disk });
    expect(outcome.stderr).toMatch(/ENOSPC/);
    expect(outcome.code).toBe(4);
    expect(treeOf(disk)).toEqual(before);
  });

  it('A32 has no room for another name', async () => {
    const disk = mount('nr_inodes=20');
    const outcome = await command(['my-app', ...QUICK], { cwd: disk });
    expect(outcome.stderr).toMatch(/ENOSPC/);
    expect(outcome.code).toBe(4);
    expect(readdirSync(disk)).toEqual([]);
  });

  it.each([
    ['EDQUOT', 'the quota is used up'],
    ['EMFILE', 'too many files are open'],
  ])('A32 says that %s: %s', async (code, reason) => {
    const outcome = await command(['a/my-app', ...QUICK], { cwd, env: refusing(code) });
    expect(outcome.stderr).toContain(`my-app: ${reason} (${code})`);
    expect(outcome.code).toBe(4);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('A31 is full when npm installs: the project is complete, and what to type is said', async () => {
    const disk = mount('size=4m');
    const npm = fakeProgram('npm', 'head -c 4000000 /dev/zero > "$3/node_modules.tar" || exit 228');
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd: disk, env: npm });
    expect(outcome.stderr).toMatch(/No space left on device/);
    expect(outcome.stderr).toMatch(
      /npm install failed with exit code 228\n.*\n {4}cd my-app\n {4}npm install$/,
    );
    expect(outcome.code).toBe(5);
    expect(readdirSync(join(disk, 'my-app'))).toEqual(
      expect.arrayContaining(['package.json', 'src', 'README.md']),
    );
  });

  it('A29 is read-only, and is found so before anything is asked or written', async () => {
    const disk = mount('size=1m');
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const outcome = await command(['my-app', ...QUICK], { cwd: disk });
    expect(outcome.stderr).toMatch(/read-only \(EROFS\)/);
    expect(outcome.code).toBe(4);
  });
});

// Root may do everything: the command runs as nobody.
function expectDenied(): void {
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, PROGRAM];
  const run = (): string =>
    execFileSync('setpriv', [...nobody, 'my-app', ...QUICK, '--force'], {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(run).toThrow(
    expect.objectContaining({
      status: 4,
      stderr: expect.stringMatching(/permission denied \(EACCES\)/) as string,
    }),
  );
}

describe('permissions', () => {
  describe.runIf(process.getuid?.() === 0)('of somebody else', () => {
    it('A28 a parent that may not be written to is refused', () => {
      chmodSync(cwd, 0o555);
      expectDenied();
      expect(readdirSync(cwd)).toEqual([]);
    });

    it.each([0o700, 0o711, 0o755])('A28 a directory of mode %o is refused', (mode) => {
      chmodSync(cwd, 0o755);
      mkdirSync(join(cwd, 'my-app'));
      writeFileSync(join(cwd, 'my-app/package.json'), 'mine');
      chmodSync(join(cwd, 'my-app'), mode);
      const before = treeOf(cwd);
      expectDenied();
      expect(treeOf(cwd)).toEqual(before);
    });

    it('A28 a directory inside that may not be written to is refused, and all is as it was', () => {
      chmodSync(cwd, 0o777);
      mkdirSync(join(cwd, 'my-app/src'), { recursive: true });
      chmodSync(join(cwd, 'my-app'), 0o777);
      const before = treeOf(cwd);
      expectDenied();
      expect(treeOf(cwd)).toEqual(before);
    });
  });

  it.each(['000', '022', '077'])(
    'A39 with umask %s the modes are those that an image needs, and .env is private',
    (umask) => {
      const script = `umask ${umask}; exec "$0" "$@"`;
      mkdirSync(join(cwd, 'there'));
      const own = 0o777 & ~Number.parseInt(umask, 8) & 0o755;
      for (const place of ['a/my-app', 'there']) {
        const args = ['-c', script, process.execPath, PROGRAM, place, ...QUICK];
        execFileSync('sh', args, { cwd, stdio: 'pipe' });
        const mode = (path: string): number => statSync(join(cwd, place, path)).mode & 0o777;
        expect(mode('src')).toBe(0o755);
        expect(mode('src/contract')).toBe(0o755);
        expect(mode('package.json')).toBe(0o644);
        expect(mode('.env')).toBe(0o600);
        // Who may look into the project at all is for the umask to say.
        if (place !== 'there') expect(mode('.')).toBe(own);
      }
    },
  );

  it('A35, A87 nothing goes to the temporary directory of the system', async () => {
    const missing = join(cwd, 'missing');
    const env = { TMPDIR: missing, TMP: missing, TEMP: missing };
    const outcome = await command(['my-app', ...QUICK], { cwd, env });
    expect(outcome.code).toBe(0);
    expect(readFileSync(join(cwd, 'my-app/package.json'), 'utf8')).toContain('my-app');
  });
});
