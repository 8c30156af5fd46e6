import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json, start } from '../support/command.ts';
import { fakeProgram } from '../support/fake-program.ts';
import { filesOf, scratch, treeOf } from '../support/scratch.ts';
import { slowDisk, untilExists, untilStaging } from '../support/slow-disk.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];
// Many runs of the command, on a machine that may be busy.
const PATIENCE = { timeout: 300_000 };
const JOURNAL = '.create-chat-backend.undo';

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
    await untilExists(join(cwd, 'a'));
    await untilStaging(join(cwd, 'a'));
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

  it(
    'A74 SIGKILL at 50 instants leaves at most a marked staging directory, and the next run works',
    PATIENCE,
    async () => {
      const planned = await plannedFiles();
      const env = slowDisk(5);
      const began = performance.now();
      expect((await command(['my-app', ...QUICK], { cwd, env })).code).toBe(0);
      const whole = performance.now() - began;
      const killed = async (after: number): Promise<boolean> => {
        const parent = scratch();
        const running = start(['my-app', ...QUICK], { cwd: parent, env });
        await sleep(after);
        running.kill('SIGKILL');
        await running.ended;
        const left = readdirSync(parent);
        for (const entry of left)
          expect(entry).toMatch(/^(?:my-app|\.my-app\.create-[0-9a-f]{12})$/);
        expect(left.length).toBeLessThan(2);
        const isComplete = left.includes('my-app');
        if (!isComplete) {
          const next = await command(['my-app', ...QUICK], { cwd: parent });
          expect(next.code).toBe(0);
          expect(next.stderr.includes('is left of a run that was killed')).toBe(left.length === 1);
        }
        expect(filesOf(join(parent, 'my-app'))).toEqual(planned);
        return isComplete;
      };
      const ends: boolean[] = [];
      for (let run = 0; run < 50; run += 2)
        ends.push(
          ...(await Promise.all([killed(Math.random() * whole), killed(Math.random() * whole)])),
        );
      expect(ends.filter((isComplete) => !isComplete).length).toBeGreaterThan(10);
    },
  );

  it('A74 SIGKILL in an existing directory leaves a journal, which the next run can follow back', async () => {
    const app = join(cwd, 'my-app');
    mkdirSync(app);
    writeFileSync(join(app, 'README.md'), 'mine');
    writeFileSync(join(app, '.gitignore'), 'mine');
    const before = treeOf(app);
    const running = start(['my-app', ...QUICK], { cwd, env: slowDisk(20) });
    await untilExists(join(app, 'src/backend'));
    running.kill('SIGKILL');
    await running.ended;
    expect(readdirSync(app)).toContain(JOURNAL);

    const refused = await command(['my-app', ...QUICK], { cwd });
    expect(refused.stderr).toMatch(/another run writes into .*, or was killed.*\n.*--force/);
    expect(refused.code).toBe(3);

    const again = await command(['my-app', ...QUICK, '--force', '--json'], { cwd });
    expect(again.code).toBe(0);
    expect(readdirSync(app)).not.toContain(JOURNAL);
    const overwritten = json(again).files.filter((file) => file.action === 'overwrite');
    expect(overwritten.map((file) => file.path)).toEqual(['README.md']);
    expect(Object.keys(treeOf(app)).filter((path) => path.includes('.bak-'))).toHaveLength(1);
    expect(before['README.md']).toBeDefined();
  });
});

describe('a signal while npm installs', () => {
  it('A72 stops npm and keeps the project', async () => {
    const npm = fakeProgram('npm', 'echo running > "$3/started"; exec sleep 60');
    const running = start(['my-app', '--yes'], { cwd, env: npm });
    await untilExists(join(cwd, 'my-app/started'));
    running.kill('SIGINT');
    const outcome = await running.ended;
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toMatch(
      /cancelled after the project was written\n.*cd my-app && npm install/,
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
