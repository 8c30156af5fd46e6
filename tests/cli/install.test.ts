import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json } from '../support/command.ts';
import { INSTALLS, fakeProgram, onlyPrograms } from '../support/fake-program.ts';
import { scratch, treeOf } from '../support/scratch.ts';

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('installing', () => {
  it('A75 needs the package manager, and looks for it before anything is written', async () => {
    const env = onlyPrograms(process.execPath);
    const outcome = await command(['my-app', '--yes'], { cwd, env });
    expect(outcome.stderr).toMatch(/npm was not found on the PATH\n.*--no-install/);
    expect(outcome.code).toBe(6);
    expect(treeOf(cwd)).toEqual({});
    const without = await command(['my-app', '--yes', '--no-install'], { cwd, env });
    expect(without.code).toBe(0);
  });

  it('A76 that fails keeps the project, shows the end of the output and how to finish', async () => {
    const npm = fakeProgram('npm', 'for i in $(seq 30); do echo "npm error $i" >&2; done; exit 7');
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env: npm });
    expect(outcome.code).toBe(5);
    expect(outcome.stderr).toMatch(
      /error: npm install failed with exit code 7\n.*is complete.*To finish, type:\n {4}cd my-app\n {4}npm install$/,
    );
    expect(outcome.stderr).toMatch(/npm error 30/);
    expect(outcome.stderr).not.toMatch(/npm error 10\n/);
    expect(outcome.stdout).toBe('');
    expect(readFileSync(join(cwd, 'my-app/package.json'), 'utf8')).toContain('my-app');

    const asJson = await command(['other', '--yes', '--no-git', '--json'], { cwd, env: npm });
    expect(asJson.code).toBe(5);
    expect(json(asJson)).toMatchObject({
      ok: false,
      path: join(cwd, 'other'),
      install: { status: 'failed', command: 'npm install', code: 7 },
      error: { code: 'STEP_FAILED' },
    });
  });

  it.each([
    ['a registry that is not there', 'npm_config_registry'],
    ['a proxy that is not there', 'npm_config_https_proxy'],
  ])('A76 with %s is not begun, and npm says why', async (_what, dead) => {
    const other =
      dead === 'npm_config_registry' ? {} : { npm_config_registry: 'https://a.invalid/' };
    const env = { ...other, [dead]: `http://127.0.0.1:${await closedPort()}/` };
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env });
    expect(outcome.stderr).toMatch(
      /error: npm install was not started: the registry does not answer/,
    );
    expect(outcome.stderr).toMatch(/\| npm error .*ECONNREFUSED/);
    expect(outcome.stderr).toMatch(/The project is complete.*\n {4}cd my-app\n {4}npm install$/);
    expect(outcome.code).toBe(5);
  });

  it('A77 with a registry that never answers is not begun', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const env = { npm_config_registry: `http://127.0.0.1:${port}/` };
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env });
    silent.close();
    expect(outcome.stderr).toMatch(/was not started: the registry does not answer/);
    expect(outcome.stderr).toMatch(/\| npm error network timeout/);
    expect(outcome.code).toBe(5);
  });

  it('A80 asks no registry where the user wants the cache', async () => {
    const home = scratch();
    writeFileSync(join(home, '.npmrc'), 'prefer-offline=true\n');
    const env = { ...fakeProgram('npm', INSTALLS, 'exit 1'), HOME: home };
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env });
    expect(outcome.code).toBe(0);
  });

  it('A76 a registry that refuses has answered', async () => {
    const env = fakeProgram('npm', INSTALLS, 'echo "npm error code E404" >&2; exit 1');
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env });
    expect(outcome.code).toBe(0);
  });

  it('A77 that hangs is spoken of after two minutes and stopped after ten', async () => {
    const preload = join(scratch(), 'fast-clock.mjs');
    writeFileSync(
      preload,
      `import timers from 'node:timers/promises';
      import { syncBuiltinESMExports } from 'node:module';
      const { setTimeout: callback } = globalThis;
      const { setTimeout: promise } = timers;
      globalThis.setTimeout = (work, delay, ...rest) => callback(work, delay / 500, ...rest);
      timers.setTimeout = (delay, ...rest) => promise(delay / 500, ...rest);
      syncBuiltinESMExports();`,
    );
    const env = { ...fakeProgram('npm', 'exec sleep 60'), NODE_OPTIONS: `--import=${preload}` };
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env });
    expect(outcome.stderr).toMatch(/npm install has printed nothing for 2 minutes/);
    expect(outcome.stderr).toMatch(/error: npm install was stopped after 10 minutes/);
    expect(outcome.code).toBe(5);
  });

  it('A78 that ends with 0 but installs nothing is found out', async () => {
    const npm = fakeProgram('npm', 'exit 0');
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env: npm });
    expect(outcome.stderr).toMatch(/ended without an error, but \S+ is not in node_modules/);
    expect(outcome.code).toBe(5);
  });

  it('A79 goes into the project, whatever workspace is around it', async () => {
    writeFileSync(join(cwd, 'package.json'), '{"name":"root","workspaces":["packages/*"]}');
    mkdirSync(join(cwd, 'packages'));
    const before = treeOf(cwd);
    const npm = fakeProgram('npm', INSTALLS);
    const outcome = await command(['packages/my-app', '--yes', '--no-git'], { cwd, env: npm });
    expect(outcome.code).toBe(0);
    expect(treeOf(cwd, ['packages/my-app'])).toEqual(before);
    const args = readFileSync(join(cwd, 'packages/my-app/arguments.txt'), 'utf8');
    expect(args).toContain(`--prefix ${join(cwd, 'packages/my-app')} --workspaces=false`);
  });

  it('A80 follows the .npmrc of the user', async () => {
    const home = scratch();
    writeFileSync(join(home, '.npmrc'), 'registry=https://registry.example/\n');
    const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
    const script = `'${npm}' config get registry --prefix "$3" > "$3/registry.txt"`;
    const env = { ...fakeProgram('npm', script), HOME: home };
    await command(['my-app', '--yes'], { cwd, env });
    expect(readFileSync(join(cwd, 'my-app/registry.txt'), 'utf8')).toContain('registry.example');
  });

  it('A80 follows the .npmrc of the workspace around it, and says so with --debug', async () => {
    const parent = [
      'registry=https://registry.example/',
      '; a comment = nothing',
      '@acme:registry = "https://acme.example/"',
      '//acme.example/:_authToken=${ACME_TOKEN}',
      'ignore-scripts=false',
      'prefix=/nowhere',
      'fetch-retries=7',
    ];
    writeFileSync(join(cwd, '.npmrc'), parent.join('\n'));
    writeFileSync(join(cwd, 'package.json'), '{"name":"root","workspaces":["packages/*"]}');
    const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
    // A shell would not pass on variables with such names.
    const names = [
      'registry',
      '@acme:registry',
      'ignore-scripts',
      'engine-strict',
      'fetch-retries',
    ];
    const script = `
      const { execFileSync } = require('node:child_process');
      const { writeFileSync } = require('node:fs');
      const args = ['config', 'get', ...${JSON.stringify(names)}, '--workspaces=false'];
      writeFileSync('settings.txt', execFileSync(${JSON.stringify(npm)}, args));
      writeFileSync('environment.txt', JSON.stringify(process.env));`;
    const programs = scratch();
    writeFileSync(join(programs, 'npm'), `#!${process.execPath}\n${script}`, { mode: 0o755 });
    const env = {
      PATH: `${programs}:${process.env['PATH']}`,
      ACME_TOKEN: 'it-is-secret',
      npm_config_fetch_retries: '3',
    };
    const outcome = await command(['packages/my-app', '--yes', '--debug'], { cwd, env });
    const settings = readFileSync(join(cwd, 'packages/my-app/settings.txt'), 'utf8');
    // The project's own file is stricter, and what the environment says comes first.
    expect(settings.trim().split('\n')).toEqual([
      'registry=https://registry.example/',
      '@acme:registry=https://acme.example/',
      'ignore-scripts=true',
      'engine-strict=true',
      'fetch-retries=3',
    ]);
    const seen = readFileSync(join(cwd, 'packages/my-app/environment.txt'), 'utf8');
    expect(JSON.parse(seen)).toHaveProperty(
      ['npm_config_//acme.example/:_authToken'],
      'it-is-secret',
    );
    expect(seen).not.toMatch(/nowhere/);
    const list = 'registry, @acme:registry, //acme.example/:_authToken';
    expect(outcome.stderr).toContain(`settings of ${join(cwd, '.npmrc')}: ${list}\n`);
    expect(outcome.stderr).not.toContain('it-is-secret');
  });

  it('A81, A82 does not inherit what would change it', async () => {
    const env = {
      ...fakeProgram('npm', INSTALLS),
      NODE_ENV: 'production',
      CI: 'true',
      GIT_DIR: '/nowhere',
      npm_config_dry_run: 'true',
      npm_config_global: 'true',
      npm_config_omit: 'dev',
      npm_config_registry: 'https://registry.example/',
      HTTPS_PROXY: 'http://proxy.example/',
    };
    const outcome = await command(['my-app', '--yes', '--no-git'], { cwd, env });
    expect(outcome.stderr).not.toMatch(/error/);
    const seen = readFileSync(join(cwd, 'my-app/environment.txt'), 'utf8');
    expect(seen).not.toMatch(
      /^(?:NODE_ENV|NODE_OPTIONS|CI|GIT_DIR|npm_config_(?:dry_run|global|omit))=/m,
    );
    expect(seen).toMatch(/^npm_config_registry=https:\/\/registry\.example\/$/m);
    expect(seen).toMatch(/^HTTPS_PROXY=/m);
  });
});
