import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM, command, json } from '../support/command.ts';
import { INSTALLS, fakeProgram } from '../support/fake-program.ts';
import { filesOf, scratch, treeOf } from '../support/scratch.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];
const PRETTIER = join(import.meta.dirname, '../../node_modules/.bin/prettier');

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

describe('line ends and editors', () => {
  it('a clone with core.autocrlf has the line ends that the format check wants', async () => {
    const ADA = {
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
    };
    await command(['my-app', '--yes', '--no-install', '--preset', 'full'], { cwd, env: ADA });
    const clone = ['clone', '--quiet', '--config', 'core.autocrlf=true', 'my-app', 'clone'];
    execFileSync('git', clone, { cwd });
    const directory = join(cwd, 'clone');
    const files = filesOf(directory, ['.git']);
    expect(files.length).toBeGreaterThan(300);
    const changed = files.filter((path) => readFileSync(join(directory, path)).includes('\r\n'));
    expect(changed).toEqual([]);
  });

  it('an .editorconfig above does not reach into the project', async () => {
    writeFileSync(join(cwd, '.editorconfig'), '[*]\nindent_style = tab\nend_of_line = crlf\n');
    await command(['my-app', ...QUICK, '--preset', 'minimal'], { cwd });
    const inside = { cwd: join(cwd, 'my-app') };
    const format = ['--check', '--log-level', 'warn', '*.json', 'tools'];
    expect(() => execFileSync(PRETTIER, format, inside)).not.toThrow();
  });
});

describe('a pin of a package manager above the project', () => {
  // As Corepack: refuses where the nearest pin names another one.
  const COREPACK = `
    directory=$PWD
    while true; do
      pin=$(sed -n 's/.*"packageManager": *"\\([a-z]*\\)@.*/\\1/p' "$directory/package.json" 2>/dev/null)
      [ -n "$pin" ] && break
      [ "$directory" = / ] && break
      directory=$(dirname "$directory")
    done
    case "$pin" in ''|pnpm) ;; *) echo "This project is configured to use $pin" >&2; exit 1;; esac
    [ "$1" = --version ] && echo 9.15.9
    [ "$1" = install ] && touch installed.txt
    exit 0`;

  it('is answered by one of our own where it would win', async () => {
    writeFileSync(join(cwd, 'package.json'), '{ "packageManager": "yarn@4.9.1" }');
    const env = fakeProgram('pnpm', COREPACK);
    const args = ['a/my-app', '--yes', '--no-git', '--package-manager', 'pnpm', '--json'];
    const outcome = await command(args, { cwd, env });
    const project = join(cwd, 'a/my-app');
    const manifest = readFileSync(join(project, 'package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ packageManager: 'pnpm@9.15.9' });
    expect(json(outcome).warnings).toContainEqual(
      expect.stringMatching(/"packageManager": "pnpm@9\.15\.9", because .*pins yarn@4\.9\.1/),
    );
    expect(filesOf(project)).toContain('installed.txt');
    execFileSync(PRETTIER, ['--check', 'package.json'], { cwd: project });
  });

  it('is left alone where it does not win, and named where nobody knows a version', async () => {
    writeFileSync(join(cwd, 'package.json'), '{ "packageManager": "pnpm@9.15.9" }');
    const env = fakeProgram('pnpm', COREPACK);
    const pnpm = [...QUICK, '--package-manager', 'pnpm', '--json'];
    expect(json(await command(['one', ...pnpm], { cwd, env })).warnings).toEqual([]);
    writeFileSync(join(cwd, 'package.json'), '{ "packageManager": "yarn@4.9.1" }');
    const missing = fakeProgram('pnpm', 'exit 1');
    expect(json(await command(['two', ...pnpm], { cwd, env: missing })).warnings).toEqual([
      expect.stringMatching(/package\.json pins yarn@4\.9\.1 for everything below it: pnpm may/),
    ]);
  });
});

describe('settings of the user', () => {
  it('that omit development dependencies neither reach the installation nor the next steps', async () => {
    const home = scratch();
    writeFileSync(join(home, '.npmrc'), 'omit=dev\n');
    const env = { ...fakeProgram('npm', INSTALLS), HOME: home };
    const outcome = await command(['my-app', '--yes', '--no-git', '--json'], { cwd, env });
    expect(json(outcome).install).toMatchObject({ status: 'done' });
    const args = readFileSync(join(cwd, 'my-app/arguments.txt'), 'utf8');
    expect(args).toContain('--include=dev');
    const without = await command(['other', ...QUICK, '--json'], { cwd, env });
    expect(json(without).nextSteps).toContain('npm install --include=dev');
    const production = { ...fakeProgram('npm', 'exit 1'), NODE_ENV: 'production' };
    const failed = await command(['third', '--yes', '--no-git'], { cwd, env: production });
    expect(failed.stderr).toMatch(/To finish, type:\n {4}cd third\n {4}npm install --include=dev$/);
  });

  it('about fetching stay, and where there are none, a silent registry is given up in time', async () => {
    const home = scratch();
    writeFileSync(join(home, '.npmrc'), 'fetch-timeout=600000\n');
    const env = { ...fakeProgram('npm', INSTALLS), HOME: home, npm_config_fetch_retries: '7' };
    await command(['my-app', '--yes', '--no-git'], { cwd, env });
    const seen = readFileSync(join(cwd, 'my-app/environment.txt'), 'utf8');
    expect(seen).not.toMatch(/npm_config_fetch_timeout/);
    expect(seen).toMatch(/^npm_config_fetch_retries=7$/m);
    await command(['other', '--yes', '--no-git'], { cwd, env: fakeProgram('npm', INSTALLS) });
    const limited = readFileSync(join(cwd, 'other/environment.txt'), 'utf8');
    const value = (name: string): number =>
      Number(new RegExp(`^npm_config_fetch_${name}=(\\d+)$`, 'm').exec(limited)?.[1]);
    const tries = value('retries') + 1;
    const pauses = value('retries') * value('retry_maxtimeout');
    expect(tries * value('timeout') + pauses).toBeLessThan(90_000);
  });
});

describe('a workspace above the project', () => {
  it.each([
    [
      'npm',
      { 'package.json': '{"workspaces":["packages/*"]}' },
      /^npm install in \S+ takes packages\/my-app for a part of it.*"!packages\/my-app"/,
    ],
    [
      'yarn',
      { 'package.json': '{"workspaces":{"packages":["packages/**"]}}', 'yarn.lock': '' },
      /^yarn install in .* takes packages\/my-app .*move it/,
    ],
    [
      'pnpm',
      { 'pnpm-workspace.yaml': 'packages:\n  # all\n  - "packages/*"\n' },
      /^pnpm install in .* takes packages\/my-app .*pnpm-workspace\.yaml/,
    ],
    [
      'pnpm',
      { 'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n  - '!packages/my-app'\n" },
      /^pnpm install in .* leaves packages\/my-app alone; to join, add "packages\/my-app"/,
    ],
  ])('of %s is told of in one note', async (_name, files, note) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(cwd, path), text);
    const outcome = await command(['packages/my-app', ...QUICK, '--json'], { cwd });
    expect(json(outcome).warnings).toEqual([expect.stringMatching(note)]);
  });
});

describe('the path of the project', () => {
  it.each([
    ['a#b', /npm test fails below a directory with # in its name/],
    ['a?b', /npm test and npm run check fail below a directory with \?/],
    ['a%41b', /npm test fails below a directory whose name has %/],
  ])('is warned of where it is like %s', async (above, note) => {
    mkdirSync(join(cwd, above));
    const outcome = await command([`${above}/my-app`, ...QUICK, '--json'], { cwd });
    expect(json(outcome).warnings).toEqual([expect.stringMatching(note)]);
  });
});

describe('the output', () => {
  it.runIf(process.platform === 'linux').each([
    [['my-app', ...QUICK], /stdout: the disk is full \(ENOSPC\); what was asked for is done$/],
    [['json', ...QUICK, '--json'], /stdout: the disk is full \(ENOSPC\)/],
    [['--help'], /stdout: the disk is full \(ENOSPC\)/],
  ])('A69 of %j that cannot be written is one line and exit 4', (args, message) => {
    const script = '"$0" "$@" > /dev/full';
    const run = (): unknown =>
      execFileSync('sh', ['-c', script, process.execPath, PROGRAM, ...args], {
        cwd,
        stdio: 'pipe',
        encoding: 'utf8',
      });
    expect(run).toThrow(expect.objectContaining({ status: 4 }) as Error);
    const stderr = errorOf(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  function errorOf(args: readonly string[]): string {
    const words = args.map((word) => (word === 'my-app' || word === 'json' ? `${word}-2` : word));
    const script = '"$0" "$@" 2>&1 > /dev/full || true';
    const options = { cwd, encoding: 'utf8' } as const;
    const all = execFileSync('sh', ['-c', script, process.execPath, PROGRAM, ...words], options);
    return all.trim().split('\n').at(-1) ?? '';
  }
});

describe('what is suggested', () => {
  it('keeps every flag that was given, but no secret', async () => {
    const flags = ['--yes', '--port', '4000', '--database-uri', 'mongodb://u:hunter2@host/chat'];
    const outcome = await command(['My App', ...flags], { cwd });
    expect(outcome.stderr).toContain(
      'create-chat-backend my-app --yes --port 4000 --database-uri <uri>, or keep',
    );
    expect(outcome.stderr).not.toContain('hunter2');
    const two = await command(['my', 'app', '--no-git', '--yes'], { cwd });
    expect(two.stderr).toContain('create-chat-backend "my app" --no-git --yes\n'.trim());
    const none = await command(['--yes', '--no-git'], { cwd });
    expect(none.stderr).toMatch(/create-chat-backend my-app --yes --no-git$/);
  });

  it.each([
    ['npm/11.0.0 node/v24', 'init', 'npm create chat-backend my-app -- --no-git'],
    ['npm/11.0.0 node/v24', 'exec', 'npx create-chat-backend my-app --no-git'],
    ['pnpm/9.0.0 npm/?', '', 'pnpm create chat-backend my-app --no-git'],
    ['yarn/1.22.22 npm/?', '', 'yarn create chat-backend my-app --no-git'],
    ['bun/1.2.0 npm/?', '', 'bun create chat-backend my-app --no-git'],
  ])('is typed as the run was: %s %s', async (agent, npm, suggestion) => {
    const env = { npm_config_user_agent: agent, npm_command: npm };
    const outcome = await command(['My App', '--no-git'], { cwd, env });
    expect(outcome.stderr).toContain(suggestion);
  });

  it('A66 --interactive without a terminal says that it cannot ask', async () => {
    const outcome = await command(['my-app', '--interactive'], { cwd });
    expect(outcome.stderr).toMatch(/^error: --interactive cannot ask: .*terminal/);
    expect(outcome.code).toBe(2);
    expect(treeOf(cwd)).toEqual({});
  });
});
