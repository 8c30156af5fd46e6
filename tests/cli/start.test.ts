import { beforeEach, describe, expect, it } from 'vitest';
import { createProject, startProject } from '../../src/index.ts';
import { command } from '../support/command.ts';
import { INSTALLS, fakeProgram } from '../support/fake-program.ts';
import { scratch } from '../support/scratch.ts';

const ARGS = ['my-app', '--yes', '--no-git', '--package-manager', 'npm', '--preset', 'minimal'];

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

/** Stands for an npm that installs, and whose `run` does this. */
function npm(run: string): { readonly PATH: string } {
  return fakeProgram('npm', `if [ "$1" = run ]; then ${run}; fi\n${INSTALLS}`);
}

describe('--start', () => {
  it('runs the dev script where the project is, after the result is printed', async () => {
    const env = npm('echo "ran $* in $PWD with npm_command=$npm_command"; exit 0');
    const outcome = await command([...ARGS, '--start'], {
      cwd,
      env: { ...env, npm_command: 'exec' },
    });
    expect(outcome.stdout).toMatch(
      /The same again.*ran run dev in \S+my-app with npm_command=\s*$/s,
    );
    expect(outcome.stdout).toContain('--start --yes');
    expect(outcome.code).toBe(0);
  });

  it('is not done unless somebody asks for it', async () => {
    const outcome = await command(ARGS, { cwd, env: npm('echo ran; exit 0') });
    expect(outcome.stdout).not.toContain('ran');
    expect(outcome.code).toBe(0);
  });

  it('says so when the server ends with an error', async () => {
    const outcome = await command([...ARGS, '--start'], { cwd, env: npm('exit 7') });
    expect(outcome.stderr).toMatch(
      /npm run dev ended with exit code 7\n {2}The project is complete/,
    );
    expect(outcome.code).toBe(5);
  });

  it('is left to the caller of the library, who has startProject for it', async () => {
    const environment = npm('exec sleep 60');
    const options = { directory: 'my-app', start: true, git: false, preset: 'minimal' } as const;
    const context = { workingDirectory: cwd, environment };
    const result = await createProject(options, context);
    expect(result.answers.start).toBe(true);
    const stop = new AbortController();
    const started = startProject(result, { environment, signal: stop.signal });
    stop.abort('SIGTERM');
    await expect(started).resolves.toBeUndefined();
  });
});
