import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProject } from '../../src/index.ts';
import { serveRegistry } from '../support/local-registry.ts';
import type { LocalRegistry } from '../support/local-registry.ts';
import { scratch, treeOf } from '../support/scratch.ts';
import { pack } from '../support/tarball.ts';
import { emptyHome, installed } from '../support/tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const QUICK = ['--yes', '--no-install', '--no-git'];

let tarball: string;
let cwd: string;
beforeAll(async () => {
  tarball = await pack();
});
beforeEach(() => {
  cwd = scratch();
});

describe('npx, with an empty home directory', () => {
  it('P1 G4 fetches one package, and gives the same project as the source', async () => {
    const env = emptyHome();
    const args = ['exec', '--yes', `--package=${tarball}`, '--', 'create-chat-backend'];
    await execa('npm', [...args, 'npx/my-app', ...QUICK, '--preset', 'full'], {
      cwd,
      env,
      extendEnv: false,
    });
    const options = {
      directory: 'api/my-app',
      preset: 'full',
      install: false,
      git: false,
    } as const;
    await createProject(options, { workingDirectory: cwd });
    expect(treeOf(join(cwd, 'npx'), ['my-app/.env'])).toEqual(
      treeOf(join(cwd, 'api'), ['my-app/.env']),
    );
    const cache = join(env['HOME']!, '.npm/_npx');
    const [folder] = readdirSync(cache);
    const { packages } = JSON.parse(
      readFileSync(join(cache, folder!, 'node_modules/.package-lock.json'), 'utf8'),
    ) as { readonly packages: object };
    expect(Object.keys(packages)).toEqual(['node_modules/create-chat-backend']);
  });
});

describe('the create command of a package manager', () => {
  let registry: LocalRegistry;
  beforeAll(async () => {
    registry = await serveRegistry(tarball);
  });
  afterAll(() => registry.close());

  it.each([
    ['npm', 'npm@11.19.1', ['create', 'chat-backend', 'my-app', '--', ...QUICK]],
    ['pnpm', 'pnpm@10.34.9', ['create', 'chat-backend', 'my-app', ...QUICK]],
    ['yarn', 'yarn@1.22.22', ['create', 'chat-backend', 'my-app', ...QUICK]],
    [
      'yarn',
      '@yarnpkg/cli-dist@4.18.1',
      ['dlx', '--quiet', 'create-chat-backend', 'my-app', ...QUICK],
    ],
    ['bun', '@oven/bun-linux-x64@1.4.5', ['create', 'chat-backend', 'my-app', ...QUICK]],
  ])('makes a project for %s (%s), and again by its replay', async (name, specification, args) => {
    const modules = await installed(specification);
    const env = {
      ...emptyHome(join(modules, '.bin'), join(modules, '@oven/bun-linux-x64/bin')),
      npm_config_registry: registry.url,
      NPM_CONFIG_REGISTRY: registry.url,
      YARN_NPM_REGISTRY_SERVER: registry.url,
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    };
    const options = { cwd, env, extendEnv: false, input: '' } as const;
    const { stdout } = await execa(name, args, options);
    const [, replay = ''] = /The same again\n {2}(.*)\n/.exec(stdout) ?? [];
    // Yarn 1 cannot run a package of a certain version.
    const isNpx = name === 'npm' || specification.startsWith('yarn@');
    expect(replay).toContain(isNpx ? 'npx create-chat-backend@' : `${name} create chat-backend@`);
    const before = treeOf(cwd, ['my-app/.env']);
    renameSync(join(cwd, 'my-app'), join(cwd, 'first'));
    await execa('sh', ['-c', replay], options);
    const again = treeOf(cwd, ['my-app/.env', 'first']);
    expect(again).toEqual(before);
    const record = readFileSync(join(cwd, 'my-app/.chat-backend.json'), 'utf8');
    expect(JSON.parse(record)).toMatchObject({ answers: { packageManager: name } });
  });

  it('honours a --dry-run that npm keeps for itself', async () => {
    const env = { ...emptyHome(), npm_config_registry: registry.url };
    const create = async (directory: string, ...flags: readonly string[]): Promise<void> => {
      const args = ['create', 'chat-backend', directory, ...flags];
      await execa('npm', args, { cwd, env, extendEnv: false, input: '' });
    };
    // With --dry-run npm fetches nothing: the package has to be there already.
    await create('first-app', '--yes', '--', ...QUICK);
    await create('my-app', '--yes', '--dry-run');
    expect(readdirSync(cwd)).toEqual(['first-app']);
  });
});

describe('a project that imports the package', () => {
  const SOURCE = `
    import { CreateError, createProject, listFeatures, planProject } from 'create-chat-backend';
    import type { CreateOptions, CreateResult, ErrorCode, Plan } from 'create-chat-backend';

    const options: CreateOptions = { directory: 'my-app', install: false, git: false, port: 4000 };
    const made: CreateResult = await createProject(options, { workingDirectory: process.cwd() });
    const plan: Plan = planProject({
      packageName: 'my-app', description: 'x', author: '', port: 4000, databaseUri: '',
      packageManager: 'npm', features: [listFeatures()[0]!.name],
    });
    const code = await createProject({ directory: '' }).then(
      (): ErrorCode => 'INTERNAL',
      (error: unknown): ErrorCode => (error instanceof CreateError ? error.code : 'INTERNAL'),
    );
    // @ts-expect-error An option that is not there.
    void (() => createProject({ directory: 'x', nonsense: true }));
    console.log(JSON.stringify({ path: made.path, files: plan.files.length > 100, code }));
  `;

  it('is type-checked and runs', async () => {
    const env = emptyHome();
    const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, types: ['node'] };
    writeFileSync(join(cwd, 'package.json'), '{ "name": "consumer", "type": "module" }');
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    writeFileSync(join(cwd, 'index.ts'), SOURCE);
    await execa('npm', ['install', tarball], { cwd, env, extendEnv: false });
    mkdirSync(join(cwd, 'node_modules/@types'));
    for (const name of ['@types/node', 'undici-types'])
      symlinkSync(join(ROOT, 'node_modules', name), join(cwd, 'node_modules', name));
    await execa(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd, all: true });
    const { stdout } = await execa(process.execPath, ['index.js'], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      path: join(cwd, 'my-app'),
      files: true,
      code: 'INVALID_OPTION',
    });
  });
});
