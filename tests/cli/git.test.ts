import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json } from '../support/command.ts';
import { fakeProgram, onlyPrograms } from '../support/fake-program.ts';
import { scratch } from '../support/scratch.ts';

const QUICK = ['--yes', '--no-install', '--json'];
const ADA = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

function git(...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd };
  return execFileSync('git', ['-C', join(cwd, 'my-app'), ...args], {
    encoding: 'utf8',
    env,
  }).trim();
}

describe('the repository', () => {
  it('has one commit with every file but .env', async () => {
    const outcome = await command(['my-app', ...QUICK], { cwd, env: ADA });
    expect(json(outcome).git).toEqual({ status: 'committed', commit: git('rev-parse', 'HEAD') });
    const planned = json(outcome).files.map((file) => file.path);
    expect(planned).toContain('.env');
    expect(git('ls-files').split('\n').toSorted()).toEqual(
      planned.filter((path) => path !== '.env').toSorted(),
    );
    expect(git('status', '--porcelain')).toBe('');
    expect(git('log', '--format=%an <%ae>')).toBe('Ada <ada@example.org>');
  });

  it('A83 is left out when git is missing, unless --git asks for it', async () => {
    const env = onlyPrograms(process.execPath);
    const skipped = await command(['my-app', ...QUICK], { cwd, env });
    expect(skipped.code).toBe(0);
    expect(json(skipped).git).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/not found/) as string,
    });
    const refused = await command(['other', '--git', ...QUICK], { cwd, env });
    expect(refused.code).toBe(6);
    expect(existsSync(join(cwd, 'other'))).toBe(false);
  });

  it('A83 is staged where git does not know who commits', async () => {
    const outcome = await command(['my-app', ...QUICK], { cwd });
    expect(outcome.code).toBe(0);
    expect(json(outcome).git).toMatchObject({ status: 'staged', commit: null });
    expect(json(outcome).nextSteps).toEqual([
      'cd my-app',
      'npm install',
      'git config --global user.name "Your Name"',
      'git config --global user.email you@example.com',
      'git add --all',
      'git commit --message "First commit"',
      'npm run dev',
    ]);
    expect(git('diff', '--cached', '--name-only')).toContain('package.json');
    expect(git('diff', '--cached', '--name-only').split('\n')).not.toContain('.env');
  });

  it('A83 goes to the project whatever GIT_DIR says', async () => {
    const elsewhere = join(cwd, 'elsewhere');
    const env = {
      ...ADA,
      GIT_DIR: elsewhere,
      GIT_WORK_TREE: cwd,
      GIT_INDEX_FILE: join(cwd, 'index'),
    };
    const outcome = await command(['my-app', ...QUICK], { cwd, env });
    expect(json(outcome).git.status).toBe('committed');
    expect(existsSync(elsewhere)).toBe(false);
    expect(existsSync(join(cwd, 'my-app/.git'))).toBe(true);
  });

  it('A83 is left out inside another work tree', async () => {
    execFileSync('git', ['init', '--quiet', cwd]);
    const outcome = await command(['my-app', ...QUICK], { cwd, env: ADA });
    expect(outcome.code).toBe(0);
    expect(json(outcome).git).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/work tree/) as string,
    });
    expect(existsSync(join(cwd, 'my-app/.git'))).toBe(false);
  });

  it('A83 inside another work tree the next steps commit there', async () => {
    execFileSync('git', ['init', '--quiet', join(cwd, 'my-app')]);
    writeFileSync(join(cwd, 'my-app/README.md'), '# Mine\n');
    const outcome = await command(['my-app', ...QUICK], { cwd, env: ADA });
    const [enter, install, ...steps] = json(outcome).nextSteps;
    expect([enter, install]).toEqual(['cd my-app', 'npm install']);
    expect(steps).toEqual([
      'git add .',
      'git commit --message "Add the chat backend"',
      'npm run dev',
    ]);
    const script = [
      'git config user.name Ada',
      'git config user.email a@b.c',
      ...steps.slice(0, 2),
    ];
    execFileSync('sh', ['-e', '-c', script.join('\n')], { cwd: join(cwd, 'my-app') });
    expect(git('status', '--porcelain')).toBe('');
    expect(git('ls-files')).toContain('README.chat-backend.md');
  });

  it.each(['*\n', '*\n!*/\n', 'my-app/\n'])(
    'A83 is made where the repository around it ignores the project: %j',
    async (ignored) => {
      execFileSync('git', ['init', '--quiet', cwd]);
      writeFileSync(join(cwd, '.gitignore'), ignored);
      const outcome = await command(['my-app', ...QUICK], { cwd, env: ADA });
      expect(json(outcome).git.status).toBe('committed');
      expect(git('rev-parse', '--show-toplevel')).toBe(join(cwd, 'my-app'));
      expect(git('ls-files')).toContain('src/main.ts');
    },
  );

  it.runIf(process.getuid?.() === 0)(
    "A83 is not made inside another owner's, and what git says of that is said",
    async () => {
      execFileSync('git', ['init', '--quiet', cwd]);
      chownSync(cwd, 1234, 1234);
      chownSync(join(cwd, '.git'), 1234, 1234);
      const env = { ...ADA, LC_ALL: 'de_DE.UTF-8' };
      const outcome = await command(['my-app', ...QUICK], { cwd, env });
      expect(outcome.code).toBe(0);
      expect(json(outcome).git).toMatchObject({
        status: 'skipped',
        reason: expect.stringMatching(
          /does not open .*: fatal: detected dubious ownership/,
        ) as string,
      });
      expect(existsSync(join(cwd, 'my-app/.git'))).toBe(false);
    },
  );

  it('A83 the steps that are left work as they are, in any shell', async () => {
    const outcome = await command(['my app', '--package-name', 'my-app', ...QUICK], { cwd });
    const steps = json(outcome).nextSteps;
    expect(steps[0]).toBe('cd "my app"');
    // Single quotes are no quotes for cmd.exe, and `&&` is no word of Windows PowerShell.
    for (const step of steps) expect(step).not.toMatch(/['&|;$`%]/);
    const typed = steps.filter((step) => !step.startsWith('npm run')).join('\n');
    const npm = fakeProgram('npm', 'echo {} > package-lock.json');
    const env = { ...npm, HOME: scratch() };
    execFileSync('sh', ['-e', '-c', typed], { cwd, env });
    const tracked = execFileSync('git', ['ls-files'], {
      cwd: join(cwd, 'my app'),
      encoding: 'utf8',
    });
    expect(tracked.split('\n')).toContain('package-lock.json');
    expect(tracked.split('\n')).not.toContain('.env');
  });

  it('A83 runs no hook and signs nothing', async () => {
    const home = scratch();
    const hooks = join(home, 'templates/hooks');
    mkdirSync(hooks, { recursive: true });
    for (const hook of [
      'pre-commit',
      'post-commit',
      'commit-msg',
      'reference-transaction',
      'post-index-change',
    ]) {
      writeFileSync(join(hooks, hook), `#!/bin/sh\necho ${hook} >> ${home}/ran\nexit 1\n`, {
        mode: 0o755,
      });
    }
    const settings = [
      `[init]\n\ttemplateDir = ${join(home, 'templates')}\n\tdefaultBranch = trunk`,
      `[core]\n\thooksPath = ${hooks}\n\texcludesFile = ${join(home, 'ignore')}`,
      '[commit]\n\tgpgSign = true',
      '[user]\n\tname = Ada\n\temail = ada@example.org',
    ];
    writeFileSync(join(home, '.gitconfig'), `${settings.join('\n')}\n`);
    writeFileSync(join(home, 'ignore'), 'package.json\n');
    const outcome = await command(['my-app', ...QUICK], { cwd, env: { HOME: home } });
    expect(json(outcome).git.status).toBe('committed');
    expect(existsSync(join(home, 'ran'))).toBe(false);
    expect(git('branch', '--show-current')).toBe('trunk');
    expect(git('ls-files')).toContain('package.json');
  });

  it('commits only what the run wrote, and nothing where .env would not be ignored', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/README.md'), 'mine');
    writeFileSync(join(cwd, 'my-app/.gitignore'), 'README.md\n');
    const outcome = await command(['my-app', ...QUICK], { cwd, env: ADA });
    expect(json(outcome).git.status).toBe('committed');
    expect(git('ls-files').split('\n')).not.toContain('README.md');
    expect(readFileSync(join(cwd, 'my-app/README.md'), 'utf8')).toBe('mine');

    mkdirSync(join(cwd, 'bare'));
    writeFileSync(join(cwd, 'bare/.gitignore'), '.env\n!.env\n');
    const refused = await command(['bare', ...QUICK], { cwd, env: ADA });
    expect(json(refused).git).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/check-ignore/) as string,
    });
    expect(refused.code).toBe(5);
  });
});
