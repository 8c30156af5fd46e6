import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { PROGRAM } from '../support/command.ts';
import type { CommandJson } from '../support/command.ts';
import { scratch, treeOf } from '../support/scratch.ts';
import { emptyHome, installed } from '../support/tools.ts';

/** What would change what is installed, or where. */
const HOSTILE = {
  NODE_ENV: 'production',
  CI: 'true',
  GIT_DIR: '/nowhere',
  npm_config_dry_run: 'true',
  npm_config_global: 'true',
  npm_config_omit: 'dev',
  NPM_CONFIG_PRODUCTION: 'true',
  YARN_PRODUCTION: 'true',
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'true',
};

interface Monorepo {
  readonly root: string;
  readonly project: string;
  readonly before: Record<string, string>;
}

/** A monorepo for every package manager, in which the project will be a member. */
function monorepo(): Monorepo {
  const root = scratch();
  writeFileSync(
    join(root, 'package.json'),
    '{ "name": "root", "private": true, "workspaces": ["packages/*"] }',
  );
  writeFileSync(join(root, 'pnpm-workspace.yaml'), 'packages:\n  - packages/*\n');
  mkdirSync(join(root, 'packages'));
  return { root, project: join(root, 'packages/my-app'), before: treeOf(root) };
}

describe.each([
  ['npm', 'npm@11.19.1', 'package-lock.json'],
  ['pnpm', 'pnpm@9.15.9', 'pnpm-lock.yaml'],
  ['pnpm', 'pnpm@12.21.0', 'pnpm-lock.yaml'],
  ['yarn', 'yarn@1.22.22', 'yarn.lock'],
  ['yarn', '@yarnpkg/cli-dist@4.18.1', 'yarn.lock'],
  ['bun', '@oven/bun-linux-x64@1.4.5', 'bun.lock'],
])('%s (%s)', (name, specification, lockFile) => {
  it('A79 A81 A82 installs everything into the project, and nothing around it', async () => {
    const modules = await installed(specification);
    const { root, project, before } = monorepo();
    const own = emptyHome(join(modules, '.bin'), join(modules, '@oven/bun-linux-x64/bin'));
    const env = {
      ...HOSTILE,
      ...own,
      GIT_AUTHOR_NAME: 'Test',
      GIT_AUTHOR_EMAIL: 'test@example.com',
      GIT_COMMITTER_NAME: 'Test',
      GIT_COMMITTER_EMAIL: 'test@example.com',
    };
    // The user's own files reach them whatever the environment is.
    writeFileSync(join(own['HOME'] ?? '', '.npmrc'), 'omit=dev\n');
    writeFileSync(join(own['HOME'] ?? '', '.bunfig.toml'), '[install]\nproduction = true\n');
    const args = [PROGRAM, 'packages/my-app', '--package-manager', name, '--yes', '--json'];
    const ended = await execa(process.execPath, args, {
      cwd: root,
      env,
      extendEnv: false,
      reject: false,
      input: '',
    });
    const result = JSON.parse(ended.stdout) as CommandJson;
    expect(result.error).toBeNull();
    expect(result).toMatchObject({ install: { status: 'done' }, git: { status: 'committed' } });
    for (const dependency of ['express', 'typescript'])
      expect(existsSync(join(project, 'node_modules', dependency, 'package.json'))).toBe(true);
    expect(treeOf(root, ['packages/my-app'])).toEqual(before);

    const { stdout: tracked } = await execa('git', ['ls-files'], { cwd: project });
    expect(tracked.split('\n')).toContain(lockFile);
    const { stdout: changed } = await execa('git', ['status', '--porcelain'], { cwd: project });
    expect(changed).toBe('');
    const version = await execa(join(project, 'node_modules/.bin/tsc'), ['--version']);
    expect(version.stdout).toMatch(/^Version \d/);
  });
});

describe('npm', () => {
  it('G6 installs at most 130 packages for production, none with an install script', async () => {
    const cwd = scratch();
    const args = [PROGRAM, 'my-app', '--preset', 'full', '--yes', '--no-install', '--no-git'];
    await execa(process.execPath, args, { cwd, input: '' });
    const project = join(cwd, 'my-app');
    await execa('npm', ['install', '--omit=dev', '--no-audit', '--no-fund'], { cwd: project });
    const lock = JSON.parse(
      readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'),
    ) as { readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>> };
    const packages = Object.entries(lock.packages);
    expect(packages.length).toBeLessThanOrEqual(130);
    expect(packages.length).toBeGreaterThan(60);
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });
});

describe('Corepack', () => {
  it('runs pnpm in a project below a directory that pins Yarn', async () => {
    const corepack = await installed('corepack@0.34.0');
    const pnpm = await installed('pnpm@9.15.9');
    const bin = scratch();
    const enable = ['enable', '--install-directory', bin];
    await execa(join(corepack, '.bin/corepack'), enable);
    const root = scratch();
    writeFileSync(join(root, 'package.json'), '{ "packageManager": "yarn@4.9.1" }');
    const env = { ...emptyHome(bin), COREPACK_HOME: corepackHome(join(pnpm, 'pnpm')) };
    const options = { cwd: root, env, extendEnv: false, reject: false, input: '' } as const;
    expect((await execa('pnpm', ['--version'], options)).failed).toBe(true);
    const args = [PROGRAM, 'my-app', '--package-manager', 'pnpm', '--yes', '--no-git', '--json'];
    const { stdout } = await execa(process.execPath, args, options);
    expect(JSON.parse(stdout)).toMatchObject({ install: { status: 'done' }, error: null });
    const inside = { ...options, cwd: join(root, 'my-app') };
    expect((await execa('pnpm', ['--version'], inside)).stdout).toBe('9.15.9');
  });
});

/** What Corepack has when it fetched that version, which it does without the settings of npm. */
function corepackHome(pnpm: string): string {
  const home = scratch();
  const place = join(home, 'v1/pnpm/9.15.9');
  cpSync(pnpm, place, { recursive: true });
  const bins = { pnpm: './bin/pnpm.cjs', pnpx: './bin/pnpx.cjs' };
  const locator = { name: 'pnpm', reference: '9.15.9' };
  writeFileSync(join(place, '.corepack'), JSON.stringify({ locator, bin: bins, hash: 'sha1.0' }));
  writeFileSync(join(home, 'lastKnownGood.json'), '{ "pnpm": "9.15.9" }');
  return home;
}
