import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json, start } from '../support/command.ts';
import { JOURNAL, isTemporaryFile } from '../../src/write/target.ts';
import { fakeProgram } from '../support/fake-program.ts';
import { filesOf, scratch, treeOf } from '../support/scratch.ts';
import { slowDisk, untilExists, untilStaging } from '../support/slow-disk.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const FAULTY_DISK = {
  NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/faulty-disk.js')}`,
};

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

async function plannedFiles(): Promise<readonly string[]> {
  const outcome = await command(['my-app', ...QUICK, '--dry-run', '--json'], { cwd: scratch() });
  return json(outcome)
    .files.map((file) => file.path)
    .toSorted();
}

describe('a signal while the project is written', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('A71 %s leaves nothing and ends with %i', async (signal, code) => {
    const running = start(['a/my-app', ...QUICK], { cwd, env: slowDisk(20) });
    await untilStaging(cwd);
    running.kill(signal);
    const outcome = await running.ended;
    expect(outcome.stderr).toMatch(/error: cancelled\n {2}Nothing was written/);
    expect(outcome.code).toBe(code);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('A71 leaves a directory that was there as it was', async () => {
    const app = join(cwd, 'my-app');
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), 'mine');
    writeFileSync(join(app, '.gitignore'), 'mine');
    const before = treeOf(app);
    const running = start(['my-app', '--force', ...QUICK], { cwd, env: slowDisk(20) });
    await untilExists(join(app, 'src/backend'));
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(treeOf(app)).toEqual(before);
  });

  it(`A74 SIGKILL at 50 random instants: the next run works (seed ${SEED})`, async () => {
    const planned = await plannedFiles();
    const began = performance.now();
    await command(['my-app', ...QUICK], { cwd, env: slowDisk(2) });
    const whole = performance.now() - began;
    const instants = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), {
      numRuns: 50,
      seed: SEED,
    });
    const ends = new Set<string>();
    for (let first = 0; first < instants.length; first += 5) {
      const runs = instants.slice(first, first + 5).map(async (instant, index) => {
        const kill = index % 2 === 0 ? killNew : killInPlace;
        ends.add(await kill(slowDisk(2), planned, instant * whole));
      });
      await Promise.all(runs);
    }
    expect(ends.size, [...ends].join()).toBeGreaterThan(1);
  });

  it('A74, P4 SIGKILL at calls to the file system of a directory that exists', async () => {
    const planned = await plannedFiles();
    const endAt = (call: number): Promise<string> =>
      killInPlace({ ...FAULTY_DISK, FAULT_AT: String(call) }, planned);
    // How many calls come before the first one that leaves something to undo hangs on the templates.
    let [before, first] = [1, 2_000];
    while (first - before > 1) {
      const middle = (before + first) >> 1;
      if ((await endAt(middle)) === 'as before') before = middle;
      else first = middle;
    }
    for (const after of [0, 4, 8, 12, 20, 50, 200, 600])
      expect([after, await endAt(first + after)]).toEqual([after, 'half written']);
  });
});

/** Kills a run that makes a new directory. @returns what it came to. */
async function killNew(
  env: Readonly<Record<string, string>>,
  planned: readonly string[],
  delay: number,
): Promise<string> {
  const parent = scratch();
  const running = start(['my-app', ...QUICK], { cwd: parent, env });
  await sleep(delay);
  running.kill('SIGKILL');
  await running.ended;
  const left = readdirSync(parent);
  expect(left.length).toBeLessThan(2);
  const [only = ''] = left;
  if (only !== 'my-app') {
    expect(only).toMatch(/^(?:\.my-app\.create-[0-9a-f]{12})?$/);
    const next = await command(['my-app', ...QUICK], { cwd: parent });
    expect(next.code).toBe(0);
    expect(next.stderr).toContain(only);
  }
  expect(filesOf(join(parent, 'my-app'))).toEqual(planned);
  if (only === '') return 'as before';
  return only === 'my-app' ? 'complete' : 'staged';
}

/** Kills a run that writes into a directory: after a delay, or where the environment says. */
async function killInPlace(
  env: Readonly<Record<string, string>>,
  planned: readonly string[],
  delay?: number,
): Promise<string> {
  const parent = scratch();
  const app = join(parent, 'my-app');
  mkdirSync(app);
  writeFileSync(join(app, 'README.md'), 'mine');
  writeFileSync(join(app, '.gitignore'), 'mine');
  const before = treeOf(parent);
  const running = start(['my-app', ...QUICK], { cwd: parent, env: { ...env, FAULT_ROOT: app } });
  if (delay !== undefined) await sleep(delay).then(() => running.kill('SIGKILL'));
  const { code } = await running.ended;
  const left = readdirSync(app);
  const end = endOf(left);
  if (end === 'half written') {
    const refused = await command(['my-app', ...QUICK], { cwd: parent });
    expect(refused.stderr).toMatch(
      /another run writes into .*, or was killed.*\n.*--on-conflict keep/,
    );
    expect(refused.code).toBe(3);
  }
  if (end === 'as before')
    expect(
      treeOf(
        parent,
        left.filter(isTemporaryFile).map((name) => `my-app/${name}`),
      ),
    ).toEqual(before);
  if (end !== 'complete') {
    const next = await command(['my-app', ...QUICK, '--on-conflict', 'keep'], { cwd: parent });
    expect(next.code, next.stderr).toBe(0);
    expect(/undid a run that was killed/.test(next.stderr)).toBe(end === 'half written');
  } else expect(code === 0 || code === undefined).toBe(true);
  expect(filesOf(app).filter((path) => !isTemporaryFile(path))).toEqual(
    [...planned, 'README.chat-backend.md'].toSorted(),
  );
  expect(treeOf(parent)['my-app/README.md']).toBe(before['my-app/README.md']);
  expect(readdirSync(parent)).toEqual(['my-app']);
  return end;
}

function endOf(entries: readonly string[]): 'half written' | 'as before' | 'complete' {
  if (entries.includes(JOURNAL)) return 'half written';
  return entries.includes('package.json') ? 'complete' : 'as before';
}

describe('a signal while npm installs', () => {
  it('A72 stops npm, keeps the project, and names what is left: installing and the repository', async () => {
    const npm = fakeProgram('npm', 'echo running > "$3/started"; exec sleep 60');
    const running = start(['my-app', '--yes'], { cwd, env: npm });
    await untilExists(join(cwd, 'my-app/started'));
    running.kill('SIGINT');
    const outcome = await running.ended;
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toMatch(
      /cancelled after the project was written\n.*\n {4}cd my-app\n {4}npm install\n {4}git init\n {4}git add --all\n {4}git commit /,
    );
    expect(filesOf(join(cwd, 'my-app'))).toEqual(
      expect.arrayContaining([...(await plannedFiles())]),
    );
  });

  it('A72 kills an npm that does not listen', async () => {
    const npm = fakeProgram('npm', 'trap "" TERM; echo > "$3/started"; while :; do sleep 1; done');
    const running = start(['my-app', '--yes'], { cwd, env: npm });
    await untilExists(join(cwd, 'my-app/started'));
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
  });

  it('A73 ends at once on the second Ctrl-C', async () => {
    const npm = fakeProgram('npm', 'trap "" TERM; echo > "$3/started"; exec sleep 8');
    const running = start(['my-app', '--yes'], { cwd, env: npm });
    await untilExists(join(cwd, 'my-app/started'));
    running.kill('SIGINT');
    await sleep(300);
    running.kill('SIGINT');
    expect((await running.ended).signal).toBe('SIGINT');
  });
});
