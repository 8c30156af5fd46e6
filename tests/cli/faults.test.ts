import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { disturb } from '../support/faulty-disk.js';
import type { Outcome } from '../support/faulty-disk.js';
import { CreateError, createProject } from '../../src/index.ts';
import type { CreateOptions, CreateResult } from '../../src/index.ts';
import { JOURNAL } from '../../src/write/target.ts';
import { recover } from '../../src/write/recover.ts';
import { quickScratch, treeOf } from '../support/scratch.ts';

// The whole of createProject with templates of a dozen files, so that each of its calls to the file
// system can be disturbed in turn, in each way.
vi.mock(import('../../src/package.ts'), async (original) => ({
  ...(await original()),
  TEMPLATES: (await import('../support/scratch.ts')).scratchTree({
    'base/feature.json': { name: 'base', summary: 'The base' },
    'base/files/package.json.ejs': '{ "name": <%- json(answers.packageName) %> }\n',
    'base/files/.env.ejs': 'KEY=<%- json(secrets.refreshTokenKey) %>\n',
    'base/files/_gitignore': 'node_modules/\n.env\n',
    'base/files/README.md': '# Ours\n',
    'base/files/src/server.ts': 'export const ours = 1;\n',
    'base/files/src/deep/down.ts': '// A file of more than one page.\n'.repeat(300),
    'base/files/docs/start.md': '# Start\n',
  }),
}));

// A process that has ended, as far as anybody can tell: beyond the highest id of Linux.
const DEAD = 4_194_305;

const CODES = ['ENOSPC', 'EACCES', 'EXDEV', 'EINTR', 'EIO'] as const;

interface Scenario {
  readonly options: CreateOptions;
  /** What is there before, below the directory that the run is started in. */
  readonly before: Readonly<Record<string, string>>;
}

const REPOSITORY = {
  'my-app/.git/HEAD': 'ref: refs/heads/main\n',
  'my-app/LICENSE': 'mine',
  'my-app/README.md': 'mine',
  'my-app/.gitignore': 'mine',
};

const OCCUPIED = {
  ...REPOSITORY,
  'my-app/.env': 'MINE=1',
  'my-app/notes.txt': 'mine',
  'my-app/package.json': '{}',
  'my-app/src/server.ts': 'mine',
  'my-app/src/mine.ts': 'mine',
};

const EMPTY = { 'my-app/': '' };

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a new directory': { options: { directory: 'my-app' }, before: {} },
  'a new directory with its parents': { options: { directory: 'a/b/my-app' }, before: {} },
  'an empty directory': { options: { directory: 'my-app' }, before: EMPTY },
  'a fresh repository': { options: { directory: 'my-app' }, before: REPOSITORY },
  'files that are kept': {
    options: { directory: 'my-app', onConflict: 'keep' },
    before: OCCUPIED,
  },
  'files that are replaced': {
    options: { directory: 'my-app', onConflict: 'overwrite' },
    before: OCCUPIED,
  },
};

const IN_PLACE = Object.entries(SCENARIOS).filter(
  ([, { before }]) => 'my-app/' in before || 'my-app/LICENSE' in before,
);

const BESIDE_OTHERS = IN_PLACE.filter(([, { before }]) => before !== EMPTY);

function place({ before }: Scenario): string {
  const cwd = quickScratch();
  writeFileSync(join(cwd, 'neighbour'), 'mine');
  for (const [path, text] of Object.entries(before)) {
    mkdirSync(join(cwd, dirname(`${path}.`)), { recursive: true });
    if (text !== '') writeFileSync(join(cwd, path), text);
  }
  return cwd;
}

function create({ options }: Scenario, cwd: string, signal?: AbortSignal): Promise<CreateResult> {
  const quick = { install: false, git: false, features: [] };
  return createProject({ ...quick, ...options }, { workingDirectory: cwd, signal });
}

/** What a run comes to while its calls are disturbed. */
async function disturbed(
  scenario: Scenario,
  cwd: string,
  what: (call: number, name: string) => Outcome,
  signal?: AbortSignal,
): Promise<{ readonly outcome: unknown; readonly calls: number }> {
  const disturbance = disturb(cwd, what);
  const outcome = await create(scenario, cwd, signal).catch((error: unknown) => error);
  disturbance.stop();
  return { outcome, calls: disturbance.calls() };
}

// Backups carry the time, and the secrets of `.env` are new in every run.
function comparable(tree: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).map(([path, entry]) => [
      path.replace(/\.bak-\d{8}T\d{9}Z$/, '.bak'),
      path.endsWith('.env') ? entry.slice(0, 'file 600'.length) : entry,
    ]),
  );
}

async function undisturbed(
  scenario: Scenario,
): Promise<{ readonly calls: number; readonly complete: Record<string, string> }> {
  const cwd = place(scenario);
  const { outcome, calls } = await disturbed(scenario, cwd, () => undefined);
  if (outcome instanceof Error) throw outcome;
  return { calls, complete: comparable(treeOf(cwd)) };
}

/** The numbers from 1 to the last. */
function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function without(
  tree: Readonly<Record<string, string>>,
  isLeft: (path: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !isLeft(path)));
}

const isStaged = (path: string): boolean => /^\.my-app\.create-[0-9a-f]{12}(?:\/|$)/.test(path);
const isTemporaryOrJournal = (path: string): boolean => path.startsWith(`my-app/${JOURNAL}`);

/** Makes the run that wrote the journal look as dead as it is. */
function bury(cwd: string): boolean {
  const path = join(cwd, 'my-app', JOURNAL);
  if (!readdirSync(dirname(path)).includes(JOURNAL)) return false;
  const journal = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...journal, pid: DEAD }));
  return true;
}

describe.each(Object.entries(SCENARIOS))('%s', (_name, scenario) => {
  it.each(CODES)('P5 each call fails with %s: all or nothing', async (code) => {
    const { calls, complete } = await undisturbed(scenario);
    let failed = 0;
    for (const at of upTo(calls)) {
      const cwd = place(scenario);
      const before = treeOf(cwd);
      const { outcome } = await disturbed(scenario, cwd, (call) =>
        call === at ? code : undefined,
      );
      if (outcome instanceof CreateError) {
        failed += 1;
        expect(outcome, `call ${at}`).toMatchObject({ code: 'FILE_SYSTEM', exitCode: 4 });
        expect(outcome.message).toContain(code);
        expect(treeOf(cwd), `call ${at}`).toEqual(before);
      } else {
        expect(outcome, `call ${at}`).toMatchObject({ warnings: expect.any(Array) as unknown });
        expect(comparable(treeOf(cwd)), `call ${at}`).toEqual(complete);
      }
      rmSync(cwd, { recursive: true });
    }
    expect(failed).toBeGreaterThan(calls * 0.8);
  });

  it('P5 the disk is full from each call on: all or nothing', async () => {
    const { calls, complete } = await undisturbed(scenario);
    const creating = /^(?:appendFile|copyFile|link|mkdir|open|write|writeFile|handle\.writeFile)$/;
    for (const at of upTo(calls)) {
      const cwd = place(scenario);
      const before = treeOf(cwd);
      const { outcome } = await disturbed(scenario, cwd, (call, name) =>
        call >= at && creating.test(name) ? 'ENOSPC' : undefined,
      );
      if (outcome instanceof CreateError) {
        expect(outcome).toMatchObject({ code: 'FILE_SYSTEM', exitCode: 4 });
        expect(treeOf(cwd), `call ${at}`).toEqual(before);
      } else expect(comparable(treeOf(cwd)), `call ${at}`).toEqual(complete);
      rmSync(cwd, { recursive: true });
    }
  });

  it('P5 cleaning up fails, too: what is left is named, and the next run works', async () => {
    const { calls } = await undisturbed(scenario);
    let left = 0;
    for (let later = 1, all = calls; later <= all; later += 1) {
      const cwd = place(scenario);
      const before = treeOf(cwd);
      let first = 0;
      const { outcome, calls: made } = await disturbed(scenario, cwd, (call, name) => {
        if (first === 0 && /^write(?:File)?$/.test(name) && call > calls * 0.6) first = call;
        return first > 0 && [first, first + later].includes(call) ? 'EIO' : undefined;
      });
      all = made - first;
      expect(outcome).toMatchObject({ code: 'FILE_SYSTEM', exitCode: 4 });
      const named = / could not be removed: (.+)$/.exec((outcome as CreateError).message)?.[1];
      if (named === undefined) expect(treeOf(cwd), `${later} calls later`).toEqual(before);
      else {
        left += 1;
        expect(isStaged(relative(cwd, named)) || bury(cwd)).toBe(true);
        await expectNextRun(scenario, cwd, before);
      }
    }
    expect(left).toBeGreaterThan(0);
  });

  it('P4, A74 it dies at each call: the next run names what is left, and works', async () => {
    const { calls, complete } = await undisturbed(scenario);
    for (const at of upTo(calls)) {
      const cwd = place(scenario);
      const before = treeOf(cwd);
      const { outcome } = await disturbed(scenario, cwd, (call) =>
        call === at ? 'freeze' : undefined,
      );
      // Only what follows the one rename, or the end of the journal, may go unnoticed.
      if (!(outcome instanceof CreateError)) {
        expect(comparable(treeOf(cwd)), `call ${at}`).toEqual(complete);
        continue;
      }
      const left = await expectNextRun(scenario, cwd, before);
      const after = comparable(treeOf(cwd));
      expect(
        without(after, (path) => left(path)),
        `call ${at}`,
      ).toEqual(complete);
      rmSync(cwd, { recursive: true });
    }
  });

  it('A91 it is aborted at each call: as before, or complete', async () => {
    const { calls, complete } = await undisturbed(scenario);
    let undone = 0;
    for (const at of upTo(calls)) {
      const cwd = place(scenario);
      const before = treeOf(cwd);
      const controller = new AbortController();
      const abort = (call: number): undefined => {
        if (call === at) controller.abort('enough');
      };
      const { outcome } = await disturbed(scenario, cwd, abort, controller.signal);
      expect(outcome, `call ${at}`).toMatchObject({ code: 'ABORTED', cause: 'enough' });
      const { result } = outcome as CreateError;
      if (result === undefined) {
        undone += 1;
        expect(treeOf(cwd), `call ${at}`).toEqual(before);
      } else expect(comparable(treeOf(cwd)), `call ${at}`).toEqual(complete);
      rmSync(cwd, { recursive: true });
    }
    expect(undone).toBeGreaterThan(calls * 0.8);
  });
});

/** Checks what a dead run left, and runs again. @returns what may stay beside the project. */
async function expectNextRun(
  scenario: Scenario,
  cwd: string,
  before: Readonly<Record<string, string>>,
): Promise<(path: string) => boolean> {
  const left = treeOf(cwd);
  if (!('my-app/LICENSE' in before || 'my-app' in before)) {
    const staged = Object.keys(left).filter((path) => isStaged(path) && !path.includes('/'));
    expect(staged.length).toBeLessThanOrEqual(1);
    expect(without(left, isStaged)).toEqual(before);
    const { warnings } = await create(scenario, cwd);
    for (const path of staged) expect(warnings.join()).toContain(join(cwd, path));
    return isStaged;
  }
  if (!bury(cwd)) {
    expect(without(left, isTemporaryOrJournal)).toEqual(before);
    const { warnings } = await create(scenario, cwd);
    for (const path of Object.keys(left).filter(isTemporaryOrJournal))
      expect(warnings.join()).toContain(join(cwd, path));
    return isTemporaryOrJournal;
  }
  const abort = { ...scenario, options: { directory: 'my-app' } };
  await expect(create(abort, cwd)).rejects.toMatchObject({
    code: 'TARGET_IN_THE_WAY',
    message: expect.stringContaining(join(cwd, 'my-app', JOURNAL)) as string,
  });
  expect(await recover(join(cwd, 'my-app'), true)).toBe(true);
  expect(treeOf(cwd)).toEqual(before);
  await create(scenario, cwd);
  return () => false;
}

describe.each(BESIDE_OTHERS)('%s, and another run beside it', (_name, scenario) => {
  it('A36 what it moves away while this one compares is no fault of the disk', async () => {
    const names: string[] = [];
    await disturbed(scenario, place(scenario), (_call, name) => void names.push(name));
    const compared = names.slice(0, names.indexOf('writeFile'));
    expect(compared).toContain('readFile');
    for (const at of upTo(compared.length).filter((call) => compared[call - 1] === 'readFile')) {
      const cwd = place(scenario);
      const { outcome } = await disturbed(scenario, cwd, (call) =>
        call === at ? 'ENOENT' : undefined,
      );
      if (outcome instanceof Error)
        expect(outcome, `call ${at}`).toMatchObject({ code: 'TARGET_IN_THE_WAY' });
      rmSync(cwd, { recursive: true });
    }
  });
});

describe.each(IN_PLACE)('%s, half written by a run that died', (_name, scenario) => {
  async function die(at: number): Promise<string> {
    const cwd = place(scenario);
    await disturbed(scenario, cwd, (call) => (call === at ? 'freeze' : undefined));
    expect(bury(cwd)).toBe(true);
    return cwd;
  }

  it('P4 undoing it can die at each call, too', async () => {
    const { calls } = await undisturbed(scenario);
    const before = treeOf(place(scenario));
    for (const part of [0.6, 0.8, 0.95]) {
      for (let second = 1; ; second += 1) {
        const cwd = await die(Math.floor(calls * part));
        const disturbance = disturb(cwd, (call) => (call === second ? 'freeze' : undefined));
        await recover(join(cwd, 'my-app'), true).catch(() => undefined);
        disturbance.stop();
        if (bury(cwd)) await recover(join(cwd, 'my-app'), true);
        expect(treeOf(cwd), `${part}, call ${second}`).toEqual(before);
        rmSync(cwd, { recursive: true });
        if (second > disturbance.calls()) break;
      }
    }
  });

  it('A36 several runs that undo it at once: one does, and its project is complete', async () => {
    const { calls } = await undisturbed(scenario);
    const keep = { ...scenario, options: { ...scenario.options, onConflict: 'keep' as const } };
    const fresh = place(scenario);
    await create(keep, fresh);
    const complete = comparable(treeOf(fresh));
    for (let time = 0; time < 15; time += 1) {
      const cwd = await die(Math.floor(calls * 0.8));
      const runs = [1, 2, 3, 4].map(() => create(keep, cwd));
      const outcomes = await Promise.allSettled(runs);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ exitCode: 3 });
      // None may have got it: then the next one does.
      if (!outcomes.some(({ status }) => status === 'fulfilled')) {
        bury(cwd);
        await create(keep, cwd);
      }
      expect(comparable(treeOf(cwd))).toEqual(complete);
    }
  });

  it('P4 keeping undoes it first, and then writes what is missing', async () => {
    const { calls } = await undisturbed(scenario);
    const cwd = await die(Math.floor(calls * 0.8));
    const fresh = place(scenario);
    const keep = { ...scenario, options: { ...scenario.options, onConflict: 'keep' as const } };
    await create(keep, cwd);
    await create(keep, fresh);
    expect(comparable(treeOf(cwd))).toEqual(comparable(treeOf(fresh)));
  });
});

/** Runs of which somebody disturbs one call each. */
async function met(
  { options }: Scenario,
  make: (cwd: string) => void,
): Promise<readonly { readonly outcome: unknown; readonly cwd: string }[]> {
  const { calls } = await undisturbed({ options, before: {} });
  const runs = [];
  for (const at of upTo(calls)) {
    const cwd = place({ options, before: {} });
    const { outcome } = await disturbed({ options, before: {} }, cwd, (call) => {
      if (call === at) make(cwd);
      return undefined;
    });
    runs.push({ outcome, cwd });
  }
  return runs;
}

describe('somebody else', () => {
  const scenario = SCENARIOS['a new directory']!;
  const deep = SCENARIOS['a new directory with its parents']!;

  it('A26 puts a link to a directory there at each call: nothing goes through it', async () => {
    const runs = await met(scenario, (cwd) => {
      mkdirSync(join(cwd, 'elsewhere'));
      symlinkSync('elsewhere', join(cwd, 'my-app'));
    });
    // The link itself is the caller's to make, and is refused only where the project is already.
    for (const { outcome, cwd } of runs) {
      expect(readdirSync(join(cwd, 'elsewhere'))).toEqual([]);
      expect(outcome).toMatchObject({ exitCode: 3 });
      expect(readdirSync(cwd).toSorted()).toEqual(['elsewhere', 'my-app', 'neighbour']);
    }
  });

  it('A26 puts a link in place of a parent at each call: nothing goes through it', async () => {
    const runs = await met(deep, (cwd) => {
      mkdirSync(join(cwd, 'elsewhere'));
      symlinkSync('elsewhere', join(cwd, 'a'));
    });
    for (const { outcome, cwd } of runs.slice(4)) {
      expect(readdirSync(join(cwd, 'elsewhere'))).toEqual([]);
      expect(outcome).toMatchObject({ exitCode: 3 });
      expect(readdirSync(cwd).toSorted()).toEqual(['a', 'elsewhere', 'neighbour']);
    }
  });

  it('A27 makes the parents in the meantime: they are used', async () => {
    const { complete } = await undisturbed(deep);
    const runs = await met(deep, (cwd) => mkdirSync(join(cwd, 'a/b'), { recursive: true }));
    for (const { outcome, cwd } of runs) {
      expect(outcome).toMatchObject({ warnings: [] });
      expect(comparable(treeOf(cwd))).toEqual(complete);
    }
  });

  it('A36 makes an empty directory in the meantime: it stays as it is', async () => {
    const runs = await met(scenario, (cwd) => mkdirSync(join(cwd, 'my-app'), 0o700));
    const refused = runs.filter(({ outcome }) => outcome instanceof CreateError);
    // Not those that find it at their first look, nor the one at the rename itself.
    expect(refused.length).toBeGreaterThan(runs.length - 6);
    for (const { outcome, cwd } of refused) {
      expect(outcome).toMatchObject({ exitCode: 3 });
      expect(treeOf(cwd)['my-app']).toBe('directory 700');
      expect(readdirSync(cwd).toSorted()).toEqual(['my-app', 'neighbour']);
    }
  });
});
