import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json, start } from '../support/command.ts';
import type { Outcome } from '../support/command.ts';
import { INSTALLS, fakeProgram } from '../support/fake-program.ts';
import { filesOf, scratch } from '../support/scratch.ts';
import { untilExists } from '../support/slow-disk.ts';

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

// Installs when it is asked to, and else does what the test says, noting what it was asked for.
function npm(script: string): { readonly PATH: string } {
  return fakeProgram(
    'npm',
    `if [ "$1" = install ]; then ${INSTALLS}; exit $?; fi; echo "$@" >> ran.txt; ${script}`,
  );
}

function create(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  return command(['my-app', '--yes', '--no-git', '--verify', ...args], { cwd, env });
}

function ran(): string {
  return readFileSync(join(cwd, 'my-app/ran.txt'), 'utf8');
}

describe('--verify', () => {
  it('runs the checks and the tests of the project after installing', async () => {
    const outcome = await create(npm('env > "$2".txt'), '--json');
    expect(outcome.code).toBe(0);
    expect(json(outcome).verify).toEqual({ status: 'done', command: 'npm run test', code: 0 });
    expect(json(outcome).nextSteps).toEqual(['cd my-app', 'npm run dev']);
    expect(json(outcome).replay).toMatch(/ my-app --no-git --verify --yes$/);
    expect(ran()).toBe('run check\nrun test\n');
  });

  it('gives the tests the variables that name a database, and not the rest', async () => {
    const env = { ...npm('env > "$2".txt'), MONGOMS_VERSION: '8.2.6', NODE_ENV: 'production' };
    expect((await create(env)).code).toBe(0);
    const seen = readFileSync(join(cwd, 'my-app/test.txt'), 'utf8');
    expect(seen).toMatch(/^MONGOMS_VERSION=8\.2\.6$/m);
    expect(seen).not.toMatch(/^NODE_ENV=/m);
  });

  it.each([
    ['check', 'run check\n'],
    ['test', 'run check\nrun test\n'],
  ])(
    'that fails in %s ends with 5, shows its output and how to repeat it',
    async (script, runs) => {
      const fails = npm(`[ "$2" = ${script} ] && { echo "1 of 7 failed" >&2; exit 3; }; exit 0`);
      const outcome = await create(fails, '--json');
      expect(outcome.code).toBe(5);
      expect(json(outcome)).toMatchObject({
        ok: false,
        install: { status: 'done' },
        verify: {
          status: 'failed',
          command: `npm run ${script}`,
          code: 3,
          output: '1 of 7 failed',
        },
        error: { code: 'STEP_FAILED', message: `npm run ${script} failed with exit code 3` },
      });
      expect(outcome.stderr).toMatch(
        new RegExp(
          `is complete: .*my-app\\. To finish, type:\\n {4}cd my-app\\n {4}npm run ${script}$`,
        ),
      );
      expect(outcome.stderr).toContain('| 1 of 7 failed');
      expect(ran()).toBe(runs);
      expect(filesOf(join(cwd, 'my-app'))).toEqual(
        expect.arrayContaining(json(outcome).files.map((file) => file.path)),
      );
    },
  );

  it('is left out where installing failed', async () => {
    const outcome = await create(fakeProgram('npm', 'exit 7'), '--json');
    expect(outcome.code).toBe(5);
    expect(json(outcome)).toMatchObject({
      install: { status: 'failed' },
      verify: { status: 'skipped', command: null, code: null },
    });
  });

  it('does nothing in a dry run', async () => {
    const outcome = await create(npm('exit 1'), '--dry-run', '--json');
    expect(outcome.code).toBe(0);
    expect(json(outcome).verify.status).toBe('skipped');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('A44 contradicts --no-install', async () => {
    const outcome: Outcome = await create({}, '--no-install');
    expect(outcome.stderr).toMatch(/--verify and --no-install contradict each other/);
    expect(outcome.code).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('A72 is stopped by Ctrl-C, and the project stays', async () => {
    const env = npm('echo > started; exec sleep 60');
    const running = start(['my-app', '--yes', '--no-git', '--verify', '--json'], { cwd, env });
    await untilExists(join(cwd, 'my-app/started'));
    running.kill('SIGINT');
    const outcome = await running.ended;
    expect(outcome.code).toBe(130);
    expect(json(outcome)).toMatchObject({
      path: join(cwd, 'my-app'),
      verify: { status: 'failed', problem: 'npm run check was stopped' },
      error: { code: 'ABORTED' },
    });
  });
});
