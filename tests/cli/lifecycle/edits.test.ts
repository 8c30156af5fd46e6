import { chmodSync, mkdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CreateError,
  addFeatures,
  inspectProject,
  removeFeatures,
  setAnswers,
} from '../../../src/index.ts';
import type { FileChange, LifecycleResult } from '../../../src/index.ts';
import { ownedProject } from '../../support/owned-project.ts';
import type { OwnedProject } from '../../support/owned-project.ts';

const QUICK = { install: false } as const;
const LIST = 'src/backend/features.ts';

function add(project: OwnedProject, ...features: string[]): Promise<LifecycleResult> {
  return addFeatures({ directory: project.root, features, ...QUICK });
}

function remove(project: OwnedProject, ...features: string[]): Promise<LifecycleResult> {
  return removeFeatures({ directory: project.root, features, ...QUICK });
}

/** The error of what has to fail. */
function failure(promise: Promise<unknown>): Promise<CreateError> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(CreateError);
      return error as CreateError;
    },
  );
}

function changeOf(result: LifecycleResult | undefined, path: string): FileChange | undefined {
  return result?.changes.find((change) => change.path === path);
}

function timesOf({ root }: OwnedProject): readonly number[] {
  return ['.chat-backend.json', LIST, 'README.md'].map(
    (path) => statSync(join(root, path)).mtimeMs,
  );
}

const minimal = (): Promise<OwnedProject> => ownedProject({ preset: 'minimal' });

describe('a feature that comes to an edited project', () => {
  it('L20 is there already: nothing is written', async () => {
    const project = await ownedProject({ preset: 'standard' });
    const times = timesOf(project);
    const results = [
      await add(project, 'demo'),
      await remove(project, 'metrics'),
      await setAnswers({ directory: project.root, answers: { port: 3000 }, ...QUICK }),
    ];
    for (const { changes } of results) expect(changes).toEqual([]);
    expect(timesOf(project)).toEqual(times);
  });

  it('L19 any order of adds gives the same bytes', async () => {
    const names = ['demo', 'presence', 'metrics', 'account', 'docker'];
    const [one, other, third] = [await minimal(), await minimal(), await minimal()];
    for (const name of names) await add(one, name);
    for (const name of names.toReversed()) await add(other, name);
    await add(third, ...names);
    expect(other.tree()).toEqual(one.tree());
    expect(third.tree()).toEqual(one.tree());
  });

  it('L23 merges an edit that is far, and one beside an insertion', async () => {
    const project = await minimal();
    const own = '// Ours: 7c1.\n';
    project.edit('src/models/index.ts', (text) => text + own);
    project.edit(LIST, (text) => text.replace('import type', `${own}import type`));
    const { changes } = await add(project, 'presence');
    expect(changes.every(({ conflicts }) => conflicts === 0)).toBe(true);
    expect(project.read('src/models/index.ts')).toMatch(/connectionSchema[^]*\/\/ Ours: 7c1\.\n$/);
    expect(project.read(LIST)).toMatch(/^\/\/ Ours: 7c1\.\nimport type[^]*presence/);
  });

  it('L23 leaves markers where both changed the same line', async () => {
    const project = await minimal();
    const path = '.env.example';
    await add(project, 'metrics');
    project.edit(path, (text) => text.replace('# Port of /metrics', '# Our port of /metrics'));
    const error = await failure(remove(project, 'metrics'));
    expect(error).toMatchObject({ code: 'CONFLICTS', exitCode: 7 });
    expect(error.message).toContain(path);
    expect(changeOf(error.changed, path)).toMatchObject({ action: 'conflict', conflicts: 1 });
    expect(project.read(path)).toMatch(
      /^<{7} yours\n[^]*# Our port[^]*\|{7} \d[^]*={7}\n>{7} \d+\.\d+\.\d+$/m,
    );
    // With the conflict the record says what the files are now.
    expect(project.record().answers.features).not.toContain('metrics');
  });

  it('L26 leaves deleted what its owner deleted', async () => {
    const project = await minimal();
    project.remove('src/models/data-policies.ts');
    const { changes } = await add(project, 'presence');
    expect(changes.find(({ path }) => path === 'src/models/data-policies.ts')).toMatchObject({
      action: 'keep',
      reason: 'you deleted it',
    });
    expect(project.tree()).not.toHaveProperty(['src/models/data-policies.ts']);
  });

  it.each([
    ['moved', (text: string) => text],
    ['moved and edited', (text: string) => `${text}\n// Ours.\n`],
  ])('L26 follows what its owner %s, next time too', async (_, edit) => {
    const project = await minimal();
    mkdirSync(join(project.root, 'src/own'));
    const [from, to] = ['src/models/data-policies.ts', 'src/own/policies.ts'];
    renameSync(join(project.root, from), join(project.root, to));
    project.write(to, edit(project.read(to).replaceAll("from './", "from '../models/")));
    await add(project, 'presence');
    expect(project.record().moved).toEqual({ [from]: to });
    expect(project.read(to)).toContain("from '../models/connection.ts'");
    expect((await inspectProject({ directory: project.root })).changes).toContainEqual(
      expect.objectContaining({ path: to, from, action: 'moved' }),
    );
    await add(project, 'demo');
    await remove(project, 'presence');
    expect(project.read(to)).not.toContain('connection.ts');
    expect(project.tree()).not.toHaveProperty([from]);
  });

  it('L27 goes, and what its owner edited of it stays', async () => {
    const project = await ownedProject({ preset: 'standard' });
    project.edit('src/backend/typing/index.ts', (text) => `${text}// Ours.\n`);
    const { changes } = await remove(project, 'typing');
    expect(changes.find(({ path }) => path === 'src/backend/typing/index.ts')).toMatchObject({
      action: 'keep',
      reason: expect.stringContaining('yours now') as string,
    });
    expect(project.read('src/backend/typing/index.ts')).toMatch(/\/\/ Ours\.\n$/);
    expect(project.tree()).not.toHaveProperty(['src/backend/typing/typing.service.ts']);
  });

  it('L28 merges with an own file that is much like its own, and keeps another', async () => {
    const [project, full] = [await minimal(), await ownedProject({ features: ['typing'] })];
    const path = 'src/contract/typing.ts';
    const alike = full.read(path).replace(/^.*$/m, (line) => `${line}\n// Ours.`);
    project.write(path, alike);
    project.write('src/backend/typing/index.ts', 'export const ours = 1;\n');
    const error = await failure(add(project, 'typing'));
    expect(error).toMatchObject({ code: 'CONFLICTS' });
    expect(project.read(path)).toBe(alike);
    expect(project.read('src/backend/typing/index.ts')).toBe('export const ours = 1;\n');
    expect(changeOf(error.changed, 'src/backend/typing/index.ts')).toMatchObject({
      action: 'conflict',
    });
  });

  it('L29 keeps own scripts, dependencies and ranges of package.json, and its indent', async () => {
    const project = await minimal();
    const manifest = JSON.parse(project.read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    manifest['scripts']!['ours'] = 'node ours.js';
    manifest['dependencies']!['zebra'] = '^1.0.0';
    manifest['dependencies']!['prom-client'] = '^1.2.3';
    project.write('package.json', `${JSON.stringify(manifest, null, 4)}\n`);
    const { changes } = await add(project, 'metrics');
    const text = project.read('package.json');
    expect(text).toContain('\n        "ours": "node ours.js"');
    expect(text).toContain('"zebra": "^1.0.0"');
    expect(text).toContain('"prom-client": "^1.2.3"');
    expect(changes.find(({ path }) => path === 'package.json')?.reason).toBe(
      'yours stays: dependencies.prom-client',
    );
  });

  it('L30 merges a README edited elsewhere, and leaves one edited in the same place', async () => {
    const [far, near] = [await minimal(), await ownedProject({ features: ['typing'] })];
    far.edit('README.md', (text) => text.replace('## Start', 'Ours.\n\n## Start'));
    await add(far, 'metrics');
    expect(far.read('README.md')).toMatch(/\nOurs\.\n\n## Start[^]*### Metrics/);
    near.edit('README.md', (text) => text.replace('A client sends', 'Ours sends'));
    const edited = near.read('README.md');
    const result = await remove(near, 'typing');
    expect(near.read('README.md')).toBe(edited);
    expect(changeOf(result, 'README.md')).toMatchObject({
      action: 'keep',
      conflicts: 0,
      reason: expect.stringContaining('yours stays') as string,
    });
  });

  it('L31 leaves .env alone', async () => {
    const project = await minimal();
    const before = project.read('.env');
    await add(project, 'metrics');
    expect(project.read('.env')).toBe(before);
    expect(statSync(join(project.root, '.env')).mode & 0o777).toBe(0o600);
  });

  it('L31 leaves the port in .env as it is, and says so', async () => {
    const project = await minimal();
    const before = project.read('.env');
    const options = { directory: project.root, answers: { port: 4100 } };
    const { changes } = await setAnswers(options);
    expect(project.read('.env')).toBe(before);
    expect(changes).toContainEqual(
      expect.objectContaining({
        path: '.env',
        action: 'keep',
        reason: 'yours stays: PORT',
      }),
    );
    project.edit('.env', (text) => text.replace('PORT=3000', 'PORT=4200'));
    const again = await setAnswers({ ...options, answers: { port: 4200 } });
    expect(again.changes.map(({ path }) => path)).not.toContain('.env');
  });

  it('L32 comes and goes beside an own entry of a list', async () => {
    const project = await minimal();
    project.edit(LIST, (text) =>
      text
        .replace(/^(import \{ health \}.*\n)/m, "$1import { ours } from './ours/index.ts';\n")
        .replace('  health,\n', '  health,\n  ours,\n'),
    );
    const edited = project.read(LIST);
    await add(project, 'presence', 'typing');
    expect(project.read(LIST)).toMatch(/ours,[^]*presence|presence,[^]*ours/);
    await remove(project, 'presence');
    expect(project.read(LIST)).toMatch(/ours[^]*typing/);
    await remove(project, 'typing');
    expect(project.read(LIST)).toBe(edited);
  });

  it.each<[string, (text: string) => string | Buffer]>([
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text) => `\uFEFF${text}`],
    ['both', (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
  ])('L33 keeps %s, and merges as without', async (_, form) => {
    const [project, twin] = [await minimal(), await minimal()];
    for (const path of [LIST, 'src/models/index.ts', 'package.json', '.env.example']) {
      const edit = (text: string): string =>
        text.replace(/^/, path.endsWith('.ts') ? '// A.\n' : '');
      twin.write(path, edit(twin.read(path)));
      project.write(path, form(edit(project.read(path))));
    }
    await add(project, 'presence', 'metrics');
    await add(twin, 'presence', 'metrics');
    for (const path of [LIST, 'src/models/index.ts', 'package.json', '.env.example'])
      expect(project.read(path)).toBe(form(twin.read(path)));
  });

  it('L33 keeps a file in latin-1, one without a last line end, and an empty one', async () => {
    const project = await minimal();
    const latin = Buffer.from('// Ours: \xE9\n', 'latin1');
    project.write(
      'src/models/index.ts',
      Buffer.concat([latin, Buffer.from(project.read('src/models/index.ts'))]),
    );
    const before = project.tree()['src/models/index.ts'];
    project.edit(LIST, (text) => `${text}// Ours`);
    project.write('src/models/data-policies.ts', '');
    const error = await add(project, 'presence').catch((thrown: unknown) => thrown as CreateError);
    expect(project.tree()['src/models/index.ts']).toBe(before);
    expect(project.read(LIST)).toMatch(/presence[^]*\n\/\/ Ours$/);
    const changes = error instanceof CreateError ? error.changed!.changes : error.changes;
    expect(changes.find(({ path }) => path === 'src/models/index.ts')?.reason).toMatch(/binary/);
  });

  it('L34 leaves a file that is a link, and refuses to write behind one', async () => {
    const project = await minimal();
    project.remove('src/models/data-policies.ts');
    symlinkSync('index.ts', join(project.root, 'src/models/data-policies.ts'));
    const { changes } = await add(project, 'presence');
    expect(changes.find(({ path }) => path === 'src/models/data-policies.ts')?.reason).toMatch(
      /link/,
    );
    const other = await minimal();
    renameSync(join(other.root, 'src/models'), join(other.root, 'models'));
    symlinkSync('../models', join(other.root, 'src/models'));
    const before = other.tree();
    const error = await failure(add(other, 'presence'));
    expect(error).toMatchObject({ code: 'TARGET_IN_THE_WAY', exitCode: 3 });
    expect(error.message).toMatch(/src\/models is a symbolic link/);
    expect(other.tree()).toEqual(before);
    // What concerns nothing behind it goes on.
    expect((await add(other, 'seed')).changes.length).toBeGreaterThan(1);
  });

  it('L35 keeps who may run a file, where its owner changed that', async () => {
    const project = await minimal();
    chmodSync(join(project.root, LIST), 0o755);
    await add(project, 'presence');
    expect(statSync(join(project.root, LIST)).mode & 0o777).toBe(0o755);
    expect(project.read(LIST)).toContain('presence');
  });
});

describe('a record edited by hand', () => {
  it.each([
    ['a feature less', (features: string[]) => features.slice(1), 3000],
    ['a feature more', (features: string[]) => [...features, 'metrics'], 3000],
    ['another port', (features: string[]) => features, 4999],
  ])('L39 with %s: no line of the owner is lost', async (_, change, port) => {
    const project = await ownedProject({ preset: 'standard' });
    const paths = [LIST, 'src/models/index.ts', 'README.md', '.env.example', 'src/own.ts'];
    project.write('src/own.ts', '');
    for (const path of paths)
      project.write(path, `// Ours: 7c1.\n${project.read(path)}// Ours: 7c2.\n`);
    const record = project.record();
    const features = change([...record.answers.features]);
    const answers = { ...record.answers, port, features };
    project.write('.chat-backend.json', JSON.stringify({ ...record, answers }));
    for (const step of [() => add(project, 'metrics'), () => remove(project, 'presence')])
      await step().catch((error: unknown) => expect(error).toMatchObject({ code: 'CONFLICTS' }));
    for (const path of paths) expect(project.read(path)).toMatch(/7c1[^]*7c2/);
  });
});

describe('a plan', () => {
  it('L40 of a dry run is what is then done, and writes nothing', async () => {
    const project = await ownedProject({ preset: 'standard' });
    project.edit('package.json', (text) =>
      text.replace('"scripts": {', '"scripts": {\n    "a": "b",'),
    );
    project.edit('README.md', (text) => `Ours.\n\n${text}`);
    const before = project.tree();
    const times = timesOf(project);
    const options = { directory: project.root, features: ['metrics'], diff: true, ...QUICK };
    const dry = await addFeatures({ ...options, dryRun: true });
    expect(project.tree()).toEqual(before);
    expect(timesOf(project)).toEqual(times);
    expect(dry.dryRun).toBe(true);
    const done = await addFeatures(options);
    expect(done.changes).toEqual(dry.changes);
    expect(dry.changes.every(({ action, diff }) => action === 'keep' || diff !== null)).toBe(true);
    const after = project.tree();
    const changed = Object.keys({ ...before, ...after }).filter(
      (path) => before[path] !== after[path] && !after[path]?.startsWith('directory'),
    );
    expect(dry.changes.map(({ path }) => path).sort()).toEqual(changed.sort());
  });

  it('L40 with conflicts is refused by on-conflict stop, and writes nothing', async () => {
    const project = await ownedProject({ preset: 'full' });
    project.edit('.env.example', (text) => text.replace('# Port of /metrics', '# Our'));
    const before = project.tree();
    const times = timesOf(project);
    const options = { directory: project.root, features: ['metrics'], ...QUICK };
    const error = await failure(removeFeatures({ ...options, onConflict: 'stop' }));
    expect(error).toMatchObject({ code: 'CONFLICTS', exitCode: 7 });
    expect(project.tree()).toEqual(before);
    expect(timesOf(project)).toEqual(times);
    const marked = await failure(removeFeatures(options));
    expect(marked.changed?.changes).toEqual(error.changed?.changes);
  });

  it('refuses options that are none', async () => {
    const project = await minimal();
    const options = { directory: project.root, features: ['demo'], onConflict: 'keep' };
    const error = await failure(addFeatures(options as never));
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
