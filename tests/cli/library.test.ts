import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CreateError, createProject, listFeatures } from '../../src/index.ts';
import type { CreateOptions, Reporter } from '../../src/index.ts';
import { command, json } from '../support/command.ts';
import { fakeProgram } from '../support/fake-program.ts';
import { filesOf, scratch, treeOf } from '../support/scratch.ts';
import { untilExists } from '../support/slow-disk.ts';

const QUICK = { install: false, git: false } as const;

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function failure(options: CreateOptions, signal?: AbortSignal): Promise<CreateError> {
  const made = createProject({ ...QUICK, ...options }, { workingDirectory: cwd, signal });
  return made.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(CreateError);
      return error as CreateError;
    },
  );
}

describe('createProject', () => {
  it('writes the same bytes as the command', async () => {
    const description = 'Both faces';
    await createProject(
      { directory: 'api/my-app', description, port: 4000, preset: 'full', ...QUICK },
      { workingDirectory: cwd },
    );
    const args = ['cli/my-app', '--description', description, '--port', '4000', '--preset', 'full'];
    await command([...args, '--yes', '--no-install', '--no-git'], { cwd });
    expect(treeOf(join(cwd, 'cli'), ['my-app/.env'])).toEqual(
      treeOf(join(cwd, 'api'), ['my-app/.env']),
    );
  });

  it('says in a dry run exactly what it then writes', async () => {
    const options = { directory: 'my-app', ...QUICK };
    const dry = await createProject({ ...options, dryRun: true }, { workingDirectory: cwd });
    expect(readdirSync(cwd)).toEqual([]);
    const real = await createProject(options, { workingDirectory: cwd });
    expect(dry.files).toEqual(real.files);
    expect(filesOf(join(cwd, 'my-app'))).toEqual(real.files.map((file) => file.path).toSorted());
  });

  it('is silent, and leaves the process as it was', async () => {
    const out = vi.spyOn(process.stdout, 'write');
    const err = vi.spyOn(process.stderr, 'write');
    const environment = { ...process.env };
    const listeners = process.listenerCount('SIGINT');
    await createProject({ directory: 'my-app', ...QUICK }, { workingDirectory: cwd });
    expect(out).not.toHaveBeenCalled();
    expect(err).not.toHaveBeenCalled();
    expect(process.env).toEqual(environment);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });

  it('tells a reporter what it does', async () => {
    const heard: string[] = [];
    const reporter: Reporter = {
      begin: (step) => heard.push(`begin ${step}`),
      end: (step, outcome) => heard.push(`${outcome} ${step}`),
      note: (text) => heard.push(text),
      debug: () => {},
    };
    await createProject({ directory: 'my-app', ...QUICK }, { workingDirectory: cwd, reporter });
    expect(heard).toEqual(['begin write', 'done write']);
  });

  it('names the feature set that comes of preset, features and what is left out', async () => {
    const names = listFeatures().map((feature) => feature.name);
    expect(names).not.toContain('base');
    const all = await createProject(
      { directory: 'a', preset: 'full', dryRun: true },
      { workingDirectory: cwd },
    );
    expect(all.answers.features).toEqual(
      listFeatures()
        .filter((feature) => feature.presets.includes('full'))
        .map((feature) => feature.name),
    );
    const none = await createProject(
      { directory: 'a', features: [], dryRun: true },
      { workingDirectory: cwd },
    );
    expect(none.answers.features).toEqual([]);
    expect(none.replay).toContain('--preset minimal');
  });

  it('A59 knows no option that every object has', async () => {
    const hostile = JSON.parse(
      '{"directory":"my-app","__proto__":{"polluted":true}}',
    ) as CreateOptions;
    expect((await failure(hostile)).message).toBe('unknown option "__proto__"');
    const options = { directory: 'my-app', constructor: 1 } as CreateOptions;
    expect((await failure(options)).message).toBe('unknown option "constructor"');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('A13 refuses a name with a zero byte', async () => {
    const error = await failure({ directory: 'a\0b' });
    expect(error.message).toMatch(/"a\\u0000b" has a control or invisible character/);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', exitCode: 2 });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('refuses values of another type', async () => {
    expect((await failure({ directory: 'x', port: '3000' as never })).message).toMatch(
      /is not a number/,
    );
    expect((await failure({ directory: 'x', features: 'typing' as never })).message).toMatch(
      /list of names/,
    );
    expect((await failure({} as never)).message).toBe('the directory is missing');
  });

  it('A91 rejects with the complete project when it is aborted while npm installs', async () => {
    const controller = new AbortController();
    const npm = fakeProgram('npm', 'echo > "$3/started"; exec sleep 60');
    const made = createProject(
      { directory: 'my-app', git: false },
      { workingDirectory: cwd, signal: controller.signal, environment: npm },
    ).catch((error: unknown) => error);
    await untilExists(join(cwd, 'my-app/started'));
    controller.abort();
    const error = (await made) as CreateError;
    expect(error).toMatchObject({ code: 'ABORTED', result: { path: join(cwd, 'my-app') } });
    expect(filesOf(join(cwd, 'my-app'))).toEqual(
      expect.arrayContaining(error.result!.files.map((file) => file.path)),
    );
  });

  it('A91 rejects when it is aborted at any of its programs, and leaves the project complete', async () => {
    const npm = fakeProgram('npm', 'exit 0');
    const names = { GIT_AUTHOR_NAME: 'A', GIT_COMMITTER_NAME: 'A', EMAIL: 'a@example.org' };
    const environment = { ...process.env, ...npm, ...names, HOME: scratch() };
    const options = { directory: 'my-app', features: [], install: true, git: true } as const;
    const planned = await createProject({ ...options, dryRun: true }, { workingDirectory: cwd });
    for (let at = 1; ; at += 1) {
      const workingDirectory = scratch();
      const controller = new AbortController();
      let programs = 0;
      const debug = (): void => {
        programs += 1;
        if (programs === at) controller.abort('enough');
      };
      const reporter = { begin: () => {}, end: () => {}, note: () => {}, debug };
      const context = { workingDirectory, environment, reporter, signal: controller.signal };
      const outcome: unknown = await createProject(options, context).catch((error) => error);
      if (programs < at) return expect(at).toBeGreaterThan(8);
      expect(outcome).toMatchObject({ code: 'ABORTED', cause: 'enough' });
      expect((outcome as CreateError).result?.git.status).not.toBe('committed');
      const files = filesOf(join(workingDirectory, 'my-app'), ['.git']);
      expect(files).toEqual(planned.files.map(({ path }) => path).toSorted());
    }
  });

  it('A91 rejects a dry run, too', async () => {
    const controller = new AbortController();
    const made = createProject(
      { directory: 'my-app', dryRun: true },
      { workingDirectory: cwd, signal: controller.signal },
    );
    controller.abort('enough');
    await expect(made).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
  });

  it('A92 makes twenty projects at once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `app-${index}`);
    await Promise.all(
      names.map((name, index) =>
        createProject(
          { directory: `all/${name}`, port: 4000 + index, ...QUICK },
          { workingDirectory: cwd },
        ),
      ),
    );
    expect(readdirSync(join(cwd, 'all')).toSorted()).toEqual(names.toSorted());
    const expected = await createProject(
      { directory: 'one/app-7', port: 4007, ...QUICK },
      { workingDirectory: cwd },
    );
    expect(treeOf(join(cwd, 'all/app-7'), ['.env'])).toEqual(treeOf(expected.path, ['.env']));
  });

  it('prints in JSON what the API resolves to', async () => {
    const outcome = await command(['my-app', '--dry-run', '--json'], { cwd });
    const result = await createProject(
      { directory: 'my-app', dryRun: true },
      { workingDirectory: cwd },
    );
    expect(json(outcome)).toMatchObject(JSON.parse(JSON.stringify(result)) as object);
  });
});
