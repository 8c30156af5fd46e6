import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addFeatures, inspectProject, removeFeatures, undoChanges } from '../../../src/index.ts';
import type { CreateError, LifecycleResult } from '../../../src/index.ts';
import { OwnedProject, ownedProject } from '../../support/owned-project.ts';
import { onlyPrograms } from '../../support/fake-program.ts';

const EXAMPLE = '.env.example';
const QUICK = { install: false } as const;

function add(project: OwnedProject, ...features: string[]): Promise<LifecycleResult> {
  return addFeatures({ directory: project.root, features, ...QUICK });
}

/** A committed project in which the removal of metrics is a conflict. */
async function withConflict(project?: OwnedProject): Promise<OwnedProject> {
  const made = project ?? (await ownedProject({ preset: 'full' }));
  made.edit(EXAMPLE, (text) => text.replace('# Port of /metrics', '# Our port of /metrics'));
  return made;
}

async function removeMetrics({ root }: OwnedProject): Promise<CreateError> {
  const removing = removeFeatures({ directory: root, features: ['metrics'], ...QUICK });
  return removing.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as CreateError,
  );
}

const stateOf = (project: OwnedProject): object => ({
  tree: project.tree(),
  index: project.git('ls-files', '--stage'),
  status: project.git('status', '--porcelain'),
});

describe('a project in a repository', () => {
  it('L41 refuses what is not committed and would change, and nothing else', async () => {
    const project = await ownedProject({ preset: 'minimal' });
    project.commit();
    project.edit('src/app.ts', (text) => `${text}// Ours.\n`);
    project.edit('src/models/index.ts', (text) => `${text}// Ours.\n`);
    const other = await ownedProject({ features: ['presence'] });
    // As the template has it but for a line, which merging brings back.
    const alike = other.read('src/contract/presence.ts').split('\n').toSpliced(-3, 1);
    project.write('src/contract/presence.ts', `// Ours.\n${alike.join('\n')}`);
    const before = stateOf(project);
    await expect(add(project, 'presence')).rejects.toMatchObject({
      code: 'UNCOMMITTED',
      exitCode: 3,
      message:
        'files that would change are not committed: src/contract/presence.ts, src/models/index.ts',
    });
    expect(stateOf(project)).toEqual(before);
    project.git('add', 'src/models/index.ts');
    project.git('commit', '--quiet', '--message', 'Models');
    project.remove('src/contract/presence.ts');
    await add(project, 'presence');
    expect(project.git('status', '--porcelain')).toContain(' M src/app.ts');
    expect(project.git('diff', '--cached', '--name-only')).toBe('');
  });

  it('L41 goes on with allowDirty', async () => {
    const project = await ownedProject({ preset: 'minimal' });
    project.commit();
    project.edit('src/models/index.ts', (text) => `${text}// Ours.\n`);
    await addFeatures({
      directory: project.root,
      features: ['presence'],
      allowDirty: true,
      ...QUICK,
    });
    expect(project.read('src/models/index.ts')).toMatch(/connection[^]*\/\/ Ours\.\n$/);
  });

  it('L44 a conflict is one for git, stops the next command, and is taken back', async () => {
    const project = await withConflict();
    project.commit();
    const before = stateOf(project);
    expect(await removeMetrics(project)).toMatchObject({ code: 'CONFLICTS' });
    expect(project.git('status', '--porcelain')).toContain(`UU ${EXAMPLE}`);
    expect(project.git('ls-files', '--unmerged').split('\n')).toHaveLength(3);
    expect(project.git('show', `:2:${EXAMPLE}`)).toContain('# Our port of /metrics');
    expect(project.git('show', `:1:${EXAMPLE}`)).toContain('# Port of /metrics');
    const status = await inspectProject({ directory: project.root });
    expect(status.changes).toContainEqual(
      expect.objectContaining({ path: EXAMPLE, action: 'edited', conflicts: 1 }),
    );
    const halfWay = stateOf(project);
    await expect(add(project, 'metrics')).rejects.toMatchObject({
      code: 'UNFINISHED',
      message: `the conflicts of the last run are open: ${EXAMPLE}`,
    });
    expect(stateOf(project)).toEqual(halfWay);
    const undone = await undoChanges({ directory: project.root });
    expect(undone.changes).toContainEqual(
      expect.objectContaining({ path: EXAMPLE, action: 'replace' }),
    );
    expect(undone.to?.answers.features).toContain('metrics');
    expect(stateOf(project)).toEqual(before);
    expect((await undoChanges({ directory: project.root })).changes).toEqual([]);
  });

  it('L44 a conflict that is resolved lets the next command go on, and can be taken back until then', async () => {
    const [project, other] = [await withConflict(), await withConflict()];
    for (const made of [project, other]) made.commit();
    const before = stateOf(other);
    const resolve = (text: string): string =>
      text.replace(/^<{7}[^]*?^\|{7}[^]*?^>{7}.*\n/m, '# Resolved\n');
    for (const made of [project, other]) {
      await removeMetrics(made);
      made.edit(EXAMPLE, resolve);
    }
    await undoChanges({ directory: other.root });
    expect(stateOf(other)).toEqual(before);
    project.git('add', '--all');
    project.git('commit', '--quiet', '--message', 'Without metrics');
    await add(project, 'metrics');
    expect(project.read(EXAMPLE)).toMatch(/# Resolved/);
    expect(project.tree()).not.toHaveProperty(['.create-chat-backend.before']);
    expect((await undoChanges({ directory: project.root })).changes).toEqual([]);
  });

  it('L45 below the root of a repository, the stages have the paths of that', async () => {
    const made = await ownedProject({ preset: 'full' });
    const root = join(made.root, '../repository');
    mkdirSync(join(root, 'services'), { recursive: true });
    renameSync(made.root, join(root, 'services/chat é'));
    const [whole, project] = [
      new OwnedProject(root),
      new OwnedProject(join(root, 'services/chat é')),
    ];
    await withConflict(project);
    whole.commit();
    const before = whole.git('ls-files', '--stage');
    expect(await removeMetrics(project)).toMatchObject({ code: 'CONFLICTS' });
    const unmerged = whole.git('-c', 'core.quotePath=false', 'ls-files', '--unmerged');
    expect(unmerged.split('\n').map((line) => line.split('\t')[1])).toEqual(
      Array.from({ length: 3 }, () => `services/chat é/${EXAMPLE}`),
    );
    await undoChanges({ directory: project.root });
    expect(whole.git('ls-files', '--stage')).toBe(before);
    expect(whole.git('status', '--porcelain')).toBe('');
  });

  it('L45 works without a repository, and without git', async () => {
    const project = await withConflict();
    const before = project.tree();
    const environment = onlyPrograms(process.execPath);
    for (const context of [{}, { environment }]) {
      const options = { directory: project.root, features: ['metrics'], ...QUICK };
      await expect(removeFeatures(options, context)).rejects.toMatchObject({ code: 'CONFLICTS' });
      expect(project.read(EXAMPLE)).toMatch(/^<{7} yours$/m);
      await undoChanges({ directory: project.root }, context);
      expect(project.tree()).toEqual(before);
    }
  });

  it('L47 two branches that each add a feature are merged, the record by hand', async () => {
    const project = await ownedProject({ preset: 'minimal' });
    project.edit('src/app.ts', (text) => `${text}// Ours.\n`);
    project.commit();
    const main = project.git('branch', '--show-current');
    for (const feature of ['presence', 'typing']) {
      project.git('checkout', '--quiet', '-b', feature, main);
      await add(project, feature);
      project.commit(feature);
    }
    project.git('checkout', '--quiet', main);
    project.git('merge', '--quiet', 'presence');
    try {
      project.git('merge', '--quiet', 'typing');
    } catch {
      // Conflicts are what this is about.
    }
    const both = (between: string) => (text: string) =>
      text.replaceAll(/^<{7} .*\n([^]*?)={7}\n([^]*?)>{7} .*\n/gm, `$1${between}$2`);
    for (const path of project.git('diff', '--name-only', '--diff-filter=U').split('\n'))
      if (path !== '' && path !== '.chat-backend.json')
        project.edit(path, both(path.endsWith('.md') ? '\n' : ''));
    const record = project.git('show', `:1:.chat-backend.json`);
    project.write('.chat-backend.json', record.replace('[]', '["presence", "typing"]'));
    const { changes } = await inspectProject({ directory: project.root });
    expect(changes.map(({ path }) => path)).toEqual(['src/app.ts']);
  });
});

describe('what status and diff say', () => {
  it('of files that are edited, deleted and moved', async () => {
    const project = await ownedProject({ preset: 'minimal' });
    project.edit('src/app.ts', (text) => `${text}// Ours.\n`);
    project.remove('src/models/user.ts');
    renameSync(join(project.root, 'src/models/block.ts'), join(project.root, 'src/blocks.ts'));
    const { changes } = await inspectProject({ directory: project.root });
    expect(changes.map(({ path, from, action }) => ({ path, from, action }))).toEqual([
      { path: 'src/app.ts', from: null, action: 'edited' },
      { path: 'src/blocks.ts', from: 'src/models/block.ts', action: 'moved' },
      { path: 'src/models/user.ts', from: null, action: 'deleted' },
    ]);
  });

  it('is a patch that makes of what was generated what is there', async () => {
    const [project, made] = [await ownedProject(), await ownedProject()];
    project.edit('src/app.ts', (text) => `// Ours.\n${text}// Ours`);
    project.edit('README.md', (text) => text.replaceAll('the ', 'our '));
    project.write('SECURITY.md', '');
    project.remove('src/models/user.ts');
    const { changes } = await inspectProject({ directory: project.root, diff: true });
    made.commit();
    made.write('patch', changes.map(({ diff }) => diff).join(''));
    made.git('apply', 'patch');
    made.remove('patch');
    expect(made.tree()).toEqual(project.tree());
    const one = { directory: project.root, diff: true, paths: ['src'] };
    const found = await inspectProject(one, { workingDirectory: project.root });
    expect(found.changes.map(({ path }) => path)).toEqual(['src/app.ts', 'src/models/user.ts']);
  });
});
