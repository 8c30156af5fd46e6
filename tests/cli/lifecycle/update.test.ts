import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CreateError, addFeatures, removeFeatures, updateProject } from '../../../src/index.ts';
import type { CreateOptions, LifecycleResult } from '../../../src/index.ts';
import { VERSION } from '../../../src/package.ts';
import { oldProgram, oldProject } from '../../support/old-version.ts';
import { ownedProject } from '../../support/owned-project.ts';
import type { OwnedProject } from '../../support/owned-project.ts';
import { EditedProject, OWNERS } from '../../support/owners.ts';
import { filesOf } from '../../support/scratch.ts';

let program: string;
beforeAll(() => {
  program = oldProgram();
});

/** Updates a project of 0.1.0; conflicts are part of the result. */
async function update(project: OwnedProject): Promise<LifecycleResult> {
  try {
    return await updateProject({ directory: project.root, base: program, install: false });
  } catch (error) {
    if (error instanceof CreateError && error.changed !== undefined) return error.changed;
    throw error;
  }
}

function conflictsOf({ changes }: LifecycleResult): readonly string[] {
  return changes.filter(({ conflicts }) => conflicts > 0).map(({ path }) => path);
}

/** Every line of every text of a project. */
function linesOf({ root }: OwnedProject): ReadonlySet<string> {
  const skip = ['.env', '.create-chat-backend.before'];
  const texts = filesOf(root, skip).map((path) => readFileSync(join(root, path), 'utf8'));
  return new Set(texts.flatMap((text) => text.split('\n')).map((line) => line.trim()));
}

/** What the preset standard was in 0.1.0, and the same with what full had besides. */
const STANDARD = 'account api-docs ci demo docker presence receipts seed typing'.split(' ');
const FULL = [...STANDARD, 'metrics'];

/** How 0.1.0 made a project, and the same for this version. */
const MADE: readonly [flags: readonly string[], options: Partial<CreateOptions>][] = [
  [['--preset', 'minimal'], { features: ['account'] }],
  [['--preset', 'standard'], { features: STANDARD }],
  [['--preset', 'full'], { features: FULL }],
  [['--preset', 'full', '--adapter', 'redis'], { features: FULL, adapter: 'redis' }],
  [
    ['--preset', 'minimal', '--adapter', 'mongo', '--package-manager', 'pnpm'],
    { features: ['account'], adapter: 'mongo', packageManager: 'pnpm' },
  ],
  [
    ['--preset', 'minimal', '--port', '4100', '--author', '"Ada" <a@b>'],
    { features: ['account'], port: 4100, author: '"Ada" <a@b>' },
  ],
];

describe('an unedited project of 0.1.0', () => {
  it.each(MADE)('L22 made with %j is as this version makes it', async (flags, options) => {
    const project = await oldProject(program, flags);
    const result = await update(project);
    expect(conflictsOf(result)).toEqual([]);
    expect(project.tree()).toEqual((await ownedProject(options)).tree());
    expect(result).toMatchObject({ from: { version: '0.1.0' }, to: { version: VERSION } });
    const again = await updateProject({ directory: project.root, install: false });
    expect(again.changes).toEqual([]);
  });

  it('L19 with features added and removed after the update it is as generated with them', async () => {
    const project = await oldProject(program, ['--preset', 'minimal']);
    await update(project);
    const options = { directory: project.root, install: false };
    await addFeatures({ ...options, features: ['presence', 'demo'] });
    await removeFeatures({ ...options, features: ['account'] });
    const made = await ownedProject({ features: ['presence', 'demo'] });
    expect(project.tree()).toEqual(made.tree());
  });

  it('L40 a dry run writes nothing, and says what is then done', async () => {
    const project = await oldProject(program, ['--preset', 'minimal']);
    const before = project.tree();
    const options = { directory: project.root, base: program, install: false };
    const planned = await updateProject({ ...options, dryRun: true });
    expect(project.tree()).toEqual(before);
    const done = await updateProject(options);
    expect(done.changes).toEqual(planned.changes);
  });

  it('is told what to do before it is deployed, for its own features only', async () => {
    const notices = async (preset: string): Promise<readonly string[]> => {
      const project = await oldProject(program, ['--preset', preset]);
      const options = { directory: project.root, base: program, dryRun: true };
      return (await updateProject(options)).notices.map(({ when }) => when);
    };
    expect(await notices('minimal')).not.toContain('presence');
    expect(await notices('standard')).toContain('presence');
    expect(await notices('minimal')).toContain('always');
  });

  it('L31 its .env gets new variables only, and no value of it is shown', async () => {
    const project = await oldProject(program, ['--preset', 'minimal']);
    const before = project.read('.env');
    const result = await update(project);
    const after = project.read('.env');
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length)).toMatch(/^DATA_KEYS=\S{40,}$/m);
    const secret = /^ACCESS_TOKEN_KEYS=(.+)$/m.exec(before)?.[1] ?? '';
    expect(secret.length).toBeGreaterThan(20);
    expect(JSON.stringify(result)).not.toContain(secret);
  });
});

describe('an edited project of 0.1.0', () => {
  it.each(OWNERS)('L38 of $name loses no line', async ({ flags, edit }) => {
    const project = await oldProject(program, flags);
    const before = linesOf(project);
    edit(new EditedProject(project.root));
    const own = [...linesOf(project)].filter((line) => line !== '' && !before.has(line));
    await update(project);
    const after = [...linesOf(project)].join('\n');
    // Specifiers follow what they import.
    const lost = own.filter(
      (line) =>
        !/^(?:import|vi\.mock\(|\} from|const \{ \w+ \} = await import)/.test(line) &&
        !after.includes(line),
    );
    expect(own.length).toBeGreaterThan(10);
    expect(lost).toEqual([]);
  });

  it('L25 edits of a moved file, and of each part of a split one, arrive without a conflict', async () => {
    const project = await oldProject(program, ['--preset', 'minimal']);
    project.edit('src/backend/http/middleware.ts', (text) =>
      text.replace("'no-store');", "'no-store');\n  response.set('X-Acme', '1');"),
    );
    project.edit('src/configs/limits.ts', (text) =>
      text
        .replace('contentCharacters: 4_000', 'contentCharacters: 2_000')
        .replace('queuedMessages: 1_000', 'queuedMessages: 2_000'),
    );
    const result = await update(project);
    expect(conflictsOf(result)).toEqual([]);
    expect(project.read('src/platform/http/middleware.ts')).toContain("set('X-Acme', '1')");
    expect(project.read('src/configs/limits.ts')).toContain('contentCharacters: 2_000');
    expect(project.read('src/platform/tuning.ts')).toContain('queuedMessages: 2_000');
  });

  it('L24 files of its owner go along with their folder, and import what has moved', async () => {
    const project = await oldProject(program, ['--preset', 'minimal']);
    new EditedProject(project.root).copy('core');
    const result = await update(project);
    expect(conflictsOf(result)).toEqual([]);
    expect(project.read('src/platform/http/acme-header.ts')).toContain("'../lib/time.ts'");
    expect(project.read('src/platform/sockets/acme-rooms.ts')).toContain("'./socket-api.ts'");
    const audit = project.read('src/backend/shared/audit.ts');
    expect(audit).toContain("'../../platform/errors/app-error.ts'");
    const test = project.read('tests/acme.test.ts');
    expect(test).toContain("from '../src/platform/sockets/acme-rooms.ts'");
    expect(test).toContain("vi.mock('../src/platform/http/acme-header.ts'");
    expect(test).toContain("import('../src/backend/shared/audit.ts')");
  });

  it('L26 what its owner deleted stays away, what he moved is followed, the next time too', async () => {
    const project = await oldProject(program, ['--preset', 'minimal']);
    project.remove('tests/floods.test.ts');
    const moved = project.read('tests/users.test.ts').replaceAll("'../", "'../../");
    project.write('tests/people/users.test.ts', moved.replaceAll("'./", "'../"));
    project.remove('tests/users.test.ts');
    const result = await update(project);
    expect(conflictsOf(result)).toEqual([]);
    const paths = Object.keys(project.tree());
    expect(paths.filter((name) => /floods|^tests\/(?:features\/)?users/.test(name))).toEqual([]);
    const path = 'tests/features/users.test.ts';
    expect(project.record().moved).toEqual({ [path]: 'tests/people/users.test.ts' });
    const pristine = (await ownedProject({ features: ['account'] })).read(path);
    // The same depth as the new place.
    expect(project.read('tests/people/users.test.ts')).toBe(pristine);
    const again = await updateProject({ directory: project.root, install: false });
    expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
  });

  it('L27 a file that the template dropped stays where its owner edited it', async () => {
    const project = await oldProject(program, ['--preset', 'minimal']);
    const path = 'src/backend/shared/log-context.ts';
    project.edit(path, (text) => `${text}// mine\n`);
    await update(project);
    expect(project.read(path)).toContain('// mine');
    const untouched = await oldProject(program, ['--preset', 'minimal']);
    await update(untouched);
    expect(Object.keys(untouched.tree())).not.toContain(path);
  });

  it('L39 a record that names an older version than its own describes another project: nothing is written', async () => {
    const project = await ownedProject({ preset: 'minimal' });
    project.edit('.chat-backend.json', (text) => text.replace(`"${VERSION}"`, '"0.1.0"'));
    const before = project.tree();
    await expect(update(project)).rejects.toMatchObject({ code: 'RECORD' });
    expect(project.tree()).toEqual(before);
  });
});
