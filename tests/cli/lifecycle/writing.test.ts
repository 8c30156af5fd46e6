import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { addFeatures, CreateError, removeFeatures, undoChanges } from '../../../src/index.ts';
import { command, lifecycleJson, start } from '../../support/command.ts';
import { INSTALLS, fakeProgram } from '../../support/fake-program.ts';
import { disturb } from '../../support/faulty-disk.js';
import { canMount, mount } from '../../support/mount.ts';
import type { Mount } from '../../support/mount.ts';
import { OwnedProject, ownedProject } from '../../support/owned-project.ts';
import { scratch } from '../../support/scratch.ts';
import { slowDisk, untilExists } from '../../support/slow-disk.ts';

const FEATURES = ['presence', 'demo', 'metrics'];
const ADD = ['add', ...FEATURES, '--no-install', '--json'];
const JOURNAL = '.create-chat-backend.undo';
const BEFORE = '.create-chat-backend.before';
const FAULTY_DISK = join(import.meta.dirname, '../../support/faulty-disk.js');
const KILLS = 40;

const minimal = (): Promise<OwnedProject> => ownedProject({ preset: 'minimal' });

/** A project, and the same with the features. */
async function beforeAndAfter(): Promise<readonly [before: object, after: object, calls: number]> {
  const project = await minimal();
  const before = project.tree();
  const counted = disturb(project.root);
  await addFeatures({ directory: project.root, features: FEATURES, install: false });
  counted.stop();
  return [before, project.tree(), counted.calls()];
}

function withoutRest(tree: Record<string, string>): object {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith(BEFORE)));
}

describe('a run that is stopped', () => {
  it(
    `L42 SIGKILL at ${KILLS} instants: it is taken back byte for byte`,
    async () => {
      const [before, after, calls] = await beforeAndAfter();
      const ends = { taken: 0, done: 0, untouched: 0 };
      for (let kill = 0; kill < KILLS; kill += 1) {
        const project = await minimal();
        // The disk is read first; of that nothing is to be seen.
        const at = Math.round(calls * (0.55 + (0.45 * kill) / (KILLS - 1)));
        const env = {
          NODE_OPTIONS: `--import=${FAULTY_DISK}`,
          FAULT_ROOT: project.root,
          FAULT_AT: String(at),
        };
        const killed = await command(ADD, { cwd: project.root, env });
        const isHeld = existsSync(join(project.root, JOURNAL));
        if (killed.signal === 'SIGKILL' && isHeld) {
          const next = lifecycleJson(await command(ADD, { cwd: project.root }));
          expect(next.error).toMatchObject({ code: 'UNFINISHED' });
          await undoChanges({ directory: project.root });
          expect(project.tree()).toEqual(before);
          ends.taken += 1;
        } else if (project.record().answers.features.length > 0) {
          expect(withoutRest(project.tree())).toEqual(after);
          ends.done += 1;
        } else {
          expect(project.tree()).toEqual(before);
          ends.untouched += 1;
        }
        await addFeatures({ directory: project.root, features: FEATURES, install: false });
        expect(withoutRest(project.tree())).toEqual(after);
      }
      expect(ends.taken).toBeGreaterThan(KILLS / 2);
    },
    5 * 60_000,
  );

  it('L43 SIGTERM: everything is put back, 143', async () => {
    const project = await minimal();
    const before = project.tree();
    const running = start(ADD, { cwd: project.root, env: slowDisk(20) });
    await untilExists(join(project.root, 'src/backend/presence'));
    running.kill('SIGTERM');
    const outcome = await running.ended;
    expect(outcome.code).toBe(143);
    expect(lifecycleJson(outcome).error).toMatchObject({ code: 'ABORTED' });
    expect(project.tree()).toEqual(before);
  });
});

describe.runIf(canMount())('a disk that refuses', () => {
  let mounts: Mount[] = [];
  afterEach(() => {
    for (const mounted of mounts) mounted.unmount();
    mounts = [];
  });

  async function onDisk(options: string): Promise<OwnedProject> {
    const mounted = mount(scratch(), options);
    mounts.push(mounted);
    const { root } = await minimal();
    const place = join(mounted.place, 'app');
    execFileSync('cp', ['-a', root, place]);
    return new OwnedProject(place);
  }

  it('L43 is full: everything is put back', async () => {
    const project = await onDisk('size=16m');
    const before = project.tree();
    try {
      writeFileSync(join(project.root, '../rest'), Buffer.alloc(32 * 1024 * 1024));
    } catch {
      // Now it is full.
    }
    const outcome = await command(ADD, { cwd: project.root });
    expect(outcome.code).toBe(4);
    expect(lifecycleJson(outcome).error).toMatchObject({ code: 'FILE_SYSTEM' });
    expect(project.tree()).toEqual(before);
  });

  it('L43 is read-only: nothing is written', async () => {
    const project = await onDisk('size=16m');
    const before = project.tree();
    execFileSync('mount', ['-o', 'remount,ro', join(project.root, '..')]);
    const outcome = await command(ADD, { cwd: project.root });
    expect(outcome.code).toBe(4);
    expect(outcome.stderr).toMatch(/the file system is read-only \(EROFS\)/);
    expect(project.tree()).toEqual(before);
  });
});

describe('two runs, and what comes after the files', () => {
  it('L46 of two at once one is done and one refused', async () => {
    const project = await minimal();
    const [, after] = await beforeAndAfter();
    const env = slowDisk(5);
    const running = [
      start(ADD, { cwd: project.root, env }),
      start(ADD, { cwd: project.root, env }),
    ];
    const outcomes = await Promise.all(running.map(({ ended }) => ended));
    const codes = outcomes.map(({ code = 1 }) => code).sort((a, b) => a - b);
    expect([
      [0, 0],
      [0, 3],
    ]).toContainEqual(codes);
    const refused = outcomes.find(({ code }) => code === 3);
    if (refused)
      expect(['UNFINISHED', 'TARGET_IN_THE_WAY']).toContain(lifecycleJson(refused).error?.code);
    expect(withoutRest(project.tree())).toEqual(after);
  });

  it.each([
    ['ENOENT', 'TARGET_IN_THE_WAY'],
    ['EACCES', 'FILE_SYSTEM'],
  ] as const)('L46 a call of reading that ends with %s is said as %s', async (code, said) => {
    const project = await minimal();
    const before = project.tree();
    const options = { directory: project.root, features: FEATURES, install: false, dryRun: true };
    const counted = disturb(project.root);
    await addFeatures(options);
    counted.stop();
    const outcomes = [];
    for (let call = 1; call <= counted.calls(); call += 5) {
      const disk = disturb(project.root, (one) => (one === call ? code : undefined));
      outcomes.push(
        await addFeatures(options).then(
          () => 'done',
          (error: unknown) => (error instanceof CreateError ? error.code : error),
        ),
      );
      disk.stop();
    }
    // What need not be there is missed by nobody, and a record that is gone is said as that.
    expect(outcomes).toContain(said);
    expect(outcomes.filter((one) => ![said, 'done', 'RECORD'].includes(String(one)))).toEqual([]);
    expect(project.tree()).toEqual(before);
  });

  it('L48 installing fails: files and record are written', async () => {
    const project = await minimal();
    const expected = await ownedProject({ features: ['metrics'] });
    const env = fakeProgram('npm', 'echo nothing doing >&2; exit 7');
    const outcome = await command(['add', 'metrics', '--json'], { cwd: project.root, env });
    expect(outcome.code).toBe(5);
    const printed = lifecycleJson(outcome);
    expect(printed).toMatchObject({
      ok: false,
      install: { status: 'failed', command: 'npm install', code: 7 },
      nextSteps: ['npm install'],
      error: { code: 'STEP_FAILED' },
    });
    expect(outcome.stderr).toMatch(/nothing doing/);
    expect(project.tree()).toEqual(expected.tree());
  });

  it('installs where dependencies have changed, and only there', async () => {
    const project = await minimal();
    const env = fakeProgram('npm', INSTALLS);
    const typing = await command(['add', 'typing', '--json'], { cwd: project.root, env });
    expect(lifecycleJson(typing).install).toBe(null);
    const metrics = await command(['add', 'metrics', '--json'], { cwd: project.root, env });
    expect(lifecycleJson(metrics).install).toMatchObject({ status: 'done' });
    expect(existsSync(join(project.root, 'node_modules/prom-client'))).toBe(true);
  });

  it('L49 a package manager that is missing: nothing is written', async () => {
    const project = await minimal();
    const before = project.tree();
    const env = { PATH: scratch() };
    const outcome = await command(['add', 'metrics', '--json'], { cwd: project.root, env });
    expect(outcome.code).toBe(6);
    expect(lifecycleJson(outcome).error).toMatchObject({ code: 'ENVIRONMENT' });
    expect(project.tree()).toEqual(before);
  });

  it('L49 conflicts on stdout, with their code', async () => {
    const project = await ownedProject({ preset: 'full' });
    project.edit('.env.example', (text) => text.replace('# Port of /metrics', '# Our'));
    const args = ['remove', 'metrics', '--no-install'];
    const stopped = await command([...args, '--on-conflict', 'stop', '--json'], {
      cwd: project.root,
    });
    expect(stopped.code).toBe(7);
    expect(lifecycleJson(stopped)).toMatchObject({ dryRun: true, error: { code: 'CONFLICTS' } });
    const outcome = await command(args, { cwd: project.root });
    expect(outcome.code).toBe(7);
    expect(outcome.stdout).toMatch(/^CONFLICT {2}\.env\.example$/m);
    expect(outcome.stderr).toMatch(
      /^error: changes of yours and of the template meet in \.env\.ex/m,
    );
    const undo = await command(['undo', '--json'], { cwd: project.root });
    expect(lifecycleJson(undo)).toMatchObject({ ok: true, to: { answers: { port: 3000 } } });
  });

  it('a file that changes while a run reads is not lost', async () => {
    const project = await minimal();
    const path = join(project.root, 'README.md');
    const { mtimeMs } = statSync(path);
    // Saved after it was read: at the first call under the lock.
    let isSaved = false;
    const disturbance = disturb(project.root, (_, name) => {
      if (name !== 'mkdir' || isSaved) return undefined;
      isSaved = true;
      writeFileSync(`${path}.new`, 'Ours.\n');
      renameSync(`${path}.new`, path);
      return undefined;
    });
    const adding = addFeatures({ directory: project.root, features: ['metrics'], install: false });
    await expect(adding).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    disturbance.stop();
    expect(project.read('README.md')).toBe('Ours.\n');
    expect(statSync(path).mtimeMs).toBeGreaterThan(mtimeMs);
    expect(project.record().answers.features).toEqual([]);
    await expect(
      removeFeatures({ directory: project.root, features: ['demo'], install: false }),
    ).resolves.toMatchObject({ changes: [] });
  });
});
