import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { execaSync } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { diagnoseProject, removeFeatures } from '../../../src/index.ts';
import type { Environment, Finding, LifecycleResult } from '../../../src/index.ts';
import { VERSION } from '../../../src/package.ts';
import { JOURNAL } from '../../../src/write/target.ts';
import { freePort } from '../../suites/machines/ports.ts';
import { startRedis } from '../../suites/machines/redis.ts';
import { PROGRAM, command, lifecycleJson } from '../../support/command.ts';
import { fakeProgram, onlyPrograms } from '../../support/fake-program.ts';
import { OwnedProject, ownedProject } from '../../support/owned-project.ts';
import { quickScratch, scratch } from '../../support/scratch.ts';

const RECORD = '.chat-backend.json';
const LOCK = 'package-lock.json';
const FEATURES = ['metrics', 'typing'];

/** Puts into a project what installing leaves there, as far as it is looked at. */
const INSTALL = `
const { dependencies, devDependencies } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
  fs.mkdirSync('node_modules/' + name, { recursive: true });
  fs.writeFileSync('node_modules/' + name + '/package.json', JSON.stringify({ name, version: '1.0.0' }));
}
const packages = { '': { dependencies, devDependencies } };
fs.writeFileSync('${LOCK}', JSON.stringify({ lockfileVersion: 3, packages }));
`;

let healthy: OwnedProject;
beforeAll(async () => {
  healthy = await ownedProject({ preset: 'minimal', features: FEATURES, port: await freePort() });
  installIn(healthy);
});

function installIn({ root }: OwnedProject): void {
  execaSync(process.execPath, ['--eval', INSTALL], { cwd: root });
}

/** A project like that one, to break. */
function patient(): OwnedProject {
  const root = join(quickScratch(), 'app');
  cpSync(healthy.root, root, { recursive: true });
  return new OwnedProject(root);
}

/** An environment with a home directory of its own; what is given stands first on the PATH. */
function environment(more: Environment = {}): Environment {
  return { PATH: process.env['PATH'], HOME: scratch(), ...more };
}

const diagnose = (
  { root }: OwnedProject,
  env: Environment = environment(),
  online = false,
): Promise<LifecycleResult> => diagnoseProject({ directory: root, online }, { environment: env });

async function found(project: OwnedProject, id: string, env?: Environment): Promise<Finding[]> {
  const { findings } = await diagnose(project, env);
  return findings.filter((finding) => finding.id === id);
}

/** Expects one such finding. @returns what it says to type. */
async function expectFound(
  project: OwnedProject,
  expected: Partial<Finding> & Pick<Finding, 'id' | 'level'>,
  env?: Environment,
): Promise<string> {
  const findings = await found(project, expected.id, env);
  expect(findings).toEqual([expect.objectContaining(expected)]);
  return findings[0]!.mend ?? '';
}

async function expectCured(project: OwnedProject, id: string, env?: Environment): Promise<void> {
  expect(await found(project, id, env)).toEqual([]);
}

/** Types a line in a project, in a shell that finds this program. */
function type({ root }: OwnedProject, line: string, PATH = process.env['PATH']): void {
  const own = fakeProgram('create-chat-backend', `exec "${process.execPath}" "${PROGRAM}" "$@"`);
  const env = { ...environment(), PATH: `${own.PATH.split(':', 1)[0]}:${PATH}` };
  execaSync('sh', ['-c', line], { cwd: root, env, extendEnv: false });
}

/** Stands for an npm that has a registry. */
const installing = (): string =>
  fakeProgram('npm', `exec "${process.execPath}" --eval '${INSTALL.replaceAll("'", `'\\''`)}'`)
    .PATH;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('doctor', () => {
  it('L50 finds nothing where nothing is wrong, and changes nothing', async () => {
    const project = patient();
    const before = project.tree();
    const outcome = await command(['doctor'], { cwd: join(project.root, 'src') });
    expect(outcome).toMatchObject({ code: 0, stdout: 'all is well', stderr: '' });
    expect(project.tree()).toEqual(before);
  });

  it('L50 L49 an error is no failure, and ends with 8; a warning with 0', async () => {
    const project = patient();
    project.write('yarn.lock', '');
    const warned = await command(['doctor', '--json'], { cwd: project.root });
    expect(warned.code).toBe(0);
    project.remove('.env');
    const failed = await command(['doctor', '--json'], { cwd: project.root });
    expect(failed.code).toBe(8);
    const printed = lifecycleJson(failed);
    expect(printed).toMatchObject({ ok: true, command: 'doctor', error: null, changes: [] });
    expect(printed.findings.map(({ level }) => level)).toEqual(['error', 'warning']);
    const { stdout } = await command(['doctor'], { cwd: project.root });
    expect(stdout).toMatch(/^error +no-env: there is no \.env\n +cp \.env\.example \.env$/m);
  });

  it('L50 says which file it cannot read', async () => {
    const project = patient();
    project.remove('.env');
    symlinkSync('.env', join(project.root, '.env'));
    await expect(diagnose(project)).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: 'cannot read .env: too many symbolic links (ELOOP)',
    });
  });

  it('L50 node-range', async () => {
    const project = patient();
    const { version } = process;
    project.edit('package.json', (text) => text.replace(/"node": ".*"/, '"node": "^99.1.0"'));
    const message = `this is Node ${version.slice(1)}, and package.json asks for ^99.1.0`;
    await expectFound(project, { id: 'node-range', level: 'error', message, mend: null });
    project.edit('package.json', (text) => text.replace('^99.1.0', `^99.1.0 || ${version}`));
    await expectCured(project, 'node-range');
  });

  it('L50 package-manager', async () => {
    const project = patient();
    project.edit(RECORD, (text) => text.replace('"npm"', '"pnpm"'));
    const { PATH } = onlyPrograms(process.execPath);
    const env = environment({ PATH });
    const mend = await expectFound(project, { id: 'package-manager', level: 'error' }, env);
    expect(mend).toBe('npm install --global pnpm');
    // Where an npm with a registry would put it.
    const npm = fakeProgram('npm', `[ "$*" = "install --global pnpm" ] && cp "$0" "${PATH}/pnpm"`);
    type(project, mend, npm.PATH);
    await expectCured(project, 'package-manager', env);
  });

  it('L50 not-installed', async () => {
    const project = patient();
    project.remove('node_modules/mongoose');
    const message = 'mongoose is not in node_modules';
    const mend = await expectFound(project, { id: 'not-installed', level: 'error', message });
    type(project, mend, installing());
    await expectCured(project, 'not-installed');
  });

  it('L50 lockfile-behind', async () => {
    const project = patient();
    project.edit('package.json', (text) => text.replace(/("mongoose": )".*"/, '$1"^9.99.0"'));
    const mend = await expectFound(project, { id: 'lockfile-behind', level: 'error' });
    type(project, mend, installing());
    await expectCured(project, 'lockfile-behind');
  });

  it('L50 no-lockfile, other-lockfile', async () => {
    const project = patient();
    project.remove(LOCK);
    project.write('pnpm-lock.yaml', '');
    const install = await expectFound(project, { id: 'no-lockfile', level: 'warning' });
    const remove = await expectFound(project, { id: 'other-lockfile', level: 'warning' });
    type(project, install, installing());
    type(project, remove);
    await expectCured(project, 'no-lockfile');
    await expectCured(project, 'other-lockfile');
  });

  it('L50 scripts-blocked', async () => {
    const project = patient();
    const script = `node -e "fs.writeFileSync('built', '')"`;
    const manifest = { name: 'native', version: '1.0.0', scripts: { install: script } };
    const lock = JSON.parse(project.read(LOCK)) as { packages: Record<string, object> };
    lock.packages['node_modules/native'] = { version: '1.0.0', hasInstallScript: true };
    lock.packages['node_modules/absent'] = { version: '1.0.0', hasInstallScript: true };
    project.write(LOCK, JSON.stringify(lock));
    project.write('node_modules/native/package.json', JSON.stringify(manifest));
    const message = '.npmrc blocks what would be run to install native';
    const mend = await expectFound(project, { id: 'scripts-blocked', level: 'warning', message });
    type(project, mend);
    expect(project.read('node_modules/native/built')).toBe('');
    await expectCured(project, 'scripts-blocked');
  });

  it('L50 no-env', async () => {
    const project = patient();
    project.remove('.env');
    type(project, await expectFound(project, { id: 'no-env', level: 'error' }));
    await expectCured(project, 'no-env');
  });

  it('L50 env-incomplete: what is lacking is named, what is there is not shown', async () => {
    const project = patient();
    const before = parseEnv(project.read('.env'));
    project.edit('.env', (text) =>
      text
        .replace(/^ACCESS_TOKEN_KEYS=.*\n/m, '')
        .replace(/^PORT=.*\n/m, '')
        .replace(/^REFRESH_TOKEN_KEY=.*/m, 'REFRESH_TOKEN_KEY=')
        .trimEnd(),
    );
    const { findings } = await diagnose(project);
    const incomplete = findings.filter(({ id }) => id === 'env-incomplete');
    expect(incomplete.map(({ message }) => message)).toEqual([
      'ACCESS_TOKEN_KEYS is not there in .env',
      'PORT is not there in .env',
      'REFRESH_TOKEN_KEY is empty in .env',
    ]);
    expect(JSON.stringify(findings)).not.toContain(before['DATA_KEYS']);
    const given = environment({ PORT: '3000', ACCESS_TOKEN_KEYS: 'k1:x', REFRESH_TOKEN_KEY: 'x' });
    await expectCured(project, 'env-incomplete', given);
    for (const { mend } of incomplete) type(project, mend!);
    await expectCured(project, 'env-incomplete');
    const after = parseEnv(project.read('.env'));
    expect(after).toMatchObject({
      PORT: before['PORT'],
      DATA_KEYS: before['DATA_KEYS'],
      ACCESS_TOKEN_KEYS: expect.stringMatching(/^k1:[\w-]{43}$/) as string,
      REFRESH_TOKEN_KEY: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
  });

  it('L50 env-tracked', async () => {
    const project = patient();
    project.commit();
    await expectCured(project, 'env-tracked');
    project.git('add', '--force', '.env');
    type(project, await expectFound(project, { id: 'env-tracked', level: 'error' }));
    await expectCured(project, 'env-tracked');
    expect(project.read('.env')).toContain('DATA_KEYS=');
  });

  it('L50 port-taken', async () => {
    const project = patient();
    const port = await listening(createServer());
    project.edit('.env', (text) => text.replace(/^PORT=.*/m, `PORT=${port}`));
    const mend = await expectFound(project, { id: 'port-taken', level: 'warning' });
    await expectFound(
      project,
      { id: 'port-taken', level: 'warning', mend: null },
      environment({ PORT: String(port) }),
    );
    type(project, mend);
    await expectCured(project, 'port-taken');
  });

  it('L50 record', async () => {
    const project = patient();
    project.commit();
    project.edit(RECORD, (text) => text.slice(1));
    type(project, await expectFound(project, { id: 'record', level: 'error' }));
    await expectCured(project, 'record');
    project.edit(RECORD, (text) => `<<<<<<< ours\n${text}`);
    await expectFound(project, { id: 'record', level: 'error', mend: null });
    project.git('checkout', '--', RECORD);
    project.edit(RECORD, (text) => text.replace('"typing"', '"no-such-thing"'));
    await expectFound(project, { id: 'record', level: 'error' });
  });

  it('L50 feature-missing', async () => {
    const project = patient();
    const { changes } = await removeFeatures({
      directory: project.root,
      features: ['typing'],
      dryRun: true,
    });
    const own = changes.filter(({ action }) => action === 'delete').map(({ path }) => path);
    const [first, ...others] = own;
    for (const path of others) project.remove(path);
    await expectCured(project, 'feature-missing');
    project.remove(first!);
    const message = 'no file of typing is here';
    type(project, await expectFound(project, { id: 'feature-missing', level: 'error', message }));
    await expectCured(project, 'feature-missing');
  });

  it('L50 conflict-markers', async () => {
    const project = patient();
    project.edit('.env.example', (text) => text.replace('# Port of /metrics', '# Our port'));
    const removing = removeFeatures({
      directory: project.root,
      features: ['metrics'],
      install: false,
    });
    await expect(removing).rejects.toMatchObject({ code: 'CONFLICTS' });
    const message = 'there are conflict markers in .env.example';
    type(project, await expectFound(project, { id: 'conflict-markers', level: 'error', message }));
    await expectCured(project, 'conflict-markers');
    expect(project.record().answers.features).toContain('metrics');
  });

  it('L50 unfinished-run, also before its record can be read', async () => {
    const project = patient();
    const run = '0'.repeat(12);
    // No process has that number.
    const writer = {
      pid: 2 ** 31 - 1,
      thread: 0,
      began: 0,
      run,
      temporaryFile: `${JOURNAL}.${run}`,
    };
    project.write(JOURNAL, JSON.stringify({ ...writer, directories: [], steps: [] }));
    const record = project.read(RECORD);
    project.remove(RECORD);
    const { findings } = await diagnose(project);
    expect(findings.map(({ id }) => id)).toEqual(['record', 'unfinished-run']);
    project.write(RECORD, record);
    type(project, await expectFound(project, { id: 'unfinished-run', level: 'error' }));
    await expectCured(project, 'unfinished-run');
  });

  it('L50 edited', async () => {
    const project = patient();
    project.edit('src/app.ts', (text) => `${text}// Ours.\n`);
    const message = 'not as they were made: src/app.ts';
    await expectFound(project, { id: 'edited', level: 'note', message, mend: null });
    project.edit('src/app.ts', (text) => text.replace('// Ours.\n', ''));
    await expectCured(project, 'edited');
  });

  it.each([
    ['0.1.9', 'npx create-chat-backend@latest update'],
    ['99.0.0', 'npx create-chat-backend@latest doctor'],
  ])('L50 other-version, of a project of %s', async (version, mend) => {
    const project = patient();
    project.edit(RECORD, (text) => text.replace(`"${VERSION}"`, `"${version}"`));
    await expectFound(project, { id: 'other-version', level: 'note', mend });
    project.edit(RECORD, (text) => text.replace(`"${version}"`, `"${VERSION}"`));
    await expectCured(project, 'other-version');
  });

  it('L50 newer-version, asked with --online alone', async () => {
    let newest = '99.1.0';
    let requests = 0;
    const registry = createHttpServer((_request, response) => {
      requests += 1;
      const name = 'create-chat-backend';
      const versions = { [newest]: { name, version: newest, dist: {} } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name, 'dist-tags': { latest: newest }, versions }));
    });
    const project = patient();
    const env = (at: number): Environment =>
      environment({ npm_config_registry: `http://127.0.0.1:${at}/` });
    const port = await listening(registry);
    const online = env(port);
    await expectCured(project, 'newer-version', online);
    expect(requests).toBe(0);
    expect((await diagnose(project, online, true)).findings).toEqual([
      {
        id: 'newer-version',
        level: 'note',
        message: `create-chat-backend 99.1.0 is there, and this is ${VERSION}`,
        mend: 'npx create-chat-backend@latest update',
      },
    ]);
    newest = VERSION;
    const asked = await diagnose(project, env(port), true);
    expect(asked).toMatchObject({ findings: [], warnings: [] });
    const silent = await diagnose(project, env(await freePort()), true);
    expect(silent.findings).toEqual([]);
    expect(silent.warnings).toEqual(['the registry did not say which version is the newest']);
  });
});

describe('doctor beside a Redis', () => {
  it('L50 redis-unreachable', async () => {
    const project = await ownedProject({
      preset: 'minimal',
      adapter: 'redis',
      port: await freePort(),
    });
    const redis = await startRedis();
    const env = project.read('.env');
    const set = (url: string): void => project.write('.env', `${env}REDIS_URL=${url}\n`);
    const unreachable = { id: 'redis-unreachable', level: 'error', mend: null } as const;
    const saying = (problem: string): Finding => ({
      ...unreachable,
      message: `the Redis of REDIS_URL cannot be used: ${problem}; start it, or leave that empty: then this node is alone`,
    });
    set(redis.url);
    await expectCured(project, unreachable.id);
    await redis.kill();
    await expectFound(project, saying('ECONNREFUSED'));
    await redis.start();
    await expectCured(project, unreachable.id);
    set(redis.url.replace('//', '//ada:pass-7c1@'));
    await expectFound(project, saying('WRONGPASS'));
    set(redis.url);
    await redis.freeze();
    await expectFound(project, saying('no answer'));
    redis.thaw();
    set('localhost');
    await expectFound(project, saying('it begins with redis:// or rediss:// and names a host'));
    writeFileSync(join(project.root, '.env'), env);
    await expectCured(project, unreachable.id);
  });
});
