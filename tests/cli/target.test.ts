import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL } from '../../src/write/target.ts';
import { command, json, start } from '../support/command.ts';
import type { Outcome } from '../support/command.ts';
import { filesOf, scratch, treeOf } from '../support/scratch.ts';
import { slowDisk, untilStaging } from '../support/slow-disk.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

function create(...args: readonly string[]): Promise<Outcome> {
  return command([...args, ...QUICK], { cwd });
}

async function expectInTheWay(name: string, message: RegExp): Promise<void> {
  const before = treeOf(cwd);
  const outcome = await create(name);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.code).toBe(3);
  expect(treeOf(cwd)).toEqual(before);
}

describe('the place of the project', () => {
  it('A17 can be the current directory when that is empty', async () => {
    mkdirSync(join(cwd, 'my-app'));
    const outcome = await command(['.', ...QUICK, '--json'], { cwd: join(cwd, 'my-app') });
    expect(outcome.code).toBe(0);
    expect(json(outcome)).toMatchObject({ ok: true, packageName: 'my-app' });
    expect(json(outcome).nextSteps[0]).toBe('npm install');
    const listed = json(outcome).files.map((file) => file.path);
    expect(filesOf(join(cwd, 'my-app'))).toEqual(listed.toSorted());
  });

  it('A19 can hold what every repository begins with, which stays', async () => {
    const app = join(cwd, 'my-app');
    mkdirSync(join(app, '.git'), { recursive: true });
    writeFileSync(join(app, '.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(app, 'LICENSE'), 'mine');
    writeFileSync(join(app, 'README.md'), 'mine');
    writeFileSync(join(app, '.gitignore'), 'secret.txt');
    const before = treeOf(app);

    const outcome = await create('my-app', '--json');

    expect(outcome.code).toBe(0);
    const { '.gitignore': ignore, ...kept } = before;
    expect(treeOf(app)).toMatchObject(kept);
    expect(treeOf(app)['.gitignore']).not.toBe(ignore);
    expect(readFileSync(join(app, '.gitignore'), 'utf8')).toMatch(/^secret\.txt\n(?:.*\n)*\.env\n/);
    expect(json(outcome).warnings).toEqual([
      'kept as they were: .git, LICENSE, README.md',
      'README.md is yours and stays; that of the project is README.chat-backend.md',
    ]);
    const readme = readFileSync(join(app, 'README.chat-backend.md'), 'utf8');
    expect(readme).toMatch(/^# my-app\n/);
  });

  it.each([
    ['abort', 'README.md', ['abort']],
    ['abort', 'README.chat-backend.md', ['abort'], 'mine'],
    ['keep', 'README.chat-backend.md', ['keep', 'keep'], 'mine'],
    ['overwrite', 'README.md', ['overwrite'], 'mine'],
  ] as const)(
    'A19 with --on-conflict %s says that %s tells how it works',
    async (_policy, name, policies, readme?: string) => {
      const app = join(cwd, 'my-app');
      mkdirSync(app);
      if (readme !== undefined) writeFileSync(join(app, 'README.md'), readme);
      let told = '';
      for (const policy of policies)
        told = (await create('my-app', '--on-conflict', policy)).stdout;
      expect(told.trimEnd().split('\n').at(-1)).toBe(`How it works: ${join(app, name)}`);
      expect(readFileSync(join(app, name), 'utf8')).toMatch(/^# my-app\n/);
    },
  );

  it('A20 is refused with files in it, of which the first ten are named', async () => {
    mkdirSync(join(cwd, 'my-app/src'), { recursive: true });
    for (let file = 10; file < 22; file += 1) writeFileSync(join(cwd, `my-app/file-${file}`), '');
    await expectInTheWay(
      'my-app',
      /is not empty: file-10, .*file-19 and 3 more\n.*--on-conflict keep/,
    );
  });

  it('A20 keeps what is there with --on-conflict keep, and adds what is missing', async () => {
    const app = join(cwd, 'my-app');
    mkdirSync(join(app, 'src'), { recursive: true });
    writeFileSync(join(app, 'src/mine.ts'), 'mine');
    writeFileSync(join(app, 'package.json'), '{}');
    const before = treeOf(app);
    const outcome = await create('my-app', '--on-conflict', 'keep', '--json');
    expect(outcome.code).toBe(0);
    expect(treeOf(app)).toMatchObject(before);
    expect(json(outcome).files).toContainEqual(
      expect.objectContaining({ path: 'package.json', action: 'keep' }),
    );
    expect(filesOf(app)).toContain('README.md');
  });

  it('A21 is written over with --force: planned files only, each with a backup, never .env or .git', async () => {
    const app = join(cwd, 'my-app');
    mkdirSync(join(app, '.git'), { recursive: true });
    for (const file of ['package.json', 'notes.txt', '.env', '.git/config']) {
      writeFileSync(join(app, file), `my ${file}`);
    }
    const outcome = await create('my-app', '--force');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/replacing, each with a backup: package\.json\n/);
    expect(outcome.stderr).toMatch(/kept as they were: \.env, \.git, notes\.txt\n/);
    for (const file of ['notes.txt', '.env', '.git/config']) {
      expect(readFileSync(join(app, file), 'utf8')).toBe(`my ${file}`);
    }
    expect(readFileSync(join(app, 'package.json'), 'utf8')).toContain('"my-app"');
    const backups = readdirSync(app).filter((entry) => entry.includes('.bak-'));
    expect(backups).toEqual([expect.stringMatching(/^package\.json\.bak-\d{8}T\d+Z$/)]);
    expect(readFileSync(join(app, backups[0]!), 'utf8')).toBe('my package.json');
  });

  it.each(['overwrite', 'keep'])(
    'A21 %s over an earlier project touches only what differs',
    async (policy) => {
      const app = join(cwd, 'my-app');
      await create('my-app');
      writeFileSync(join(app, 'README.md'), 'mine');
      const before = treeOf(app);
      const outcome = await create('my-app', '--on-conflict', policy, '--json');
      expect(outcome.code).toBe(0);
      const { files, warnings } = json(outcome);
      const isReplaced = policy === 'overwrite';
      const action = isReplaced ? 'overwrite' : 'keep';
      const written = files.filter((file) => file.action !== 'keep');
      expect(written.map(({ path }) => path)).toEqual([
        isReplaced ? 'README.md' : 'README.chat-backend.md',
      ]);
      expect(files).toContainEqual(expect.objectContaining({ path: 'README.md', action }));
      const same = files.length - 2 - Number(!isReplaced);
      expect(warnings).toContainEqual(
        expect.stringMatching(new RegExp(`^${same - 1} files were there with the same content`)),
      );
      const after = treeOf(app);
      const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
      expect(changed).toEqual(
        isReplaced
          ? ['README.md', expect.stringMatching(/^README\.md\.bak-/)]
          : ['README.chat-backend.md'],
      );
    },
  );

  it('A22 is refused when it is a file', async () => {
    writeFileSync(join(cwd, 'my-app'), '');
    await expectInTheWay('my-app', /my-app is a file/);
  });

  it('A22 is refused below a file', async () => {
    writeFileSync(join(cwd, 'file'), '');
    await expectInTheWay('file/my-app', /file is not a directory/);
  });

  it('A23 is refused when it is a link to a directory', async () => {
    mkdirSync(join(cwd, 'elsewhere'));
    symlinkSync('elsewhere', join(cwd, 'my-app'));
    await expectInTheWay('my-app', /is a symbolic link to elsewhere/);
    await expectInTheWay('my-app/', /is a symbolic link to elsewhere/);
  });

  it('A24 is refused when it is a link to nowhere', async () => {
    symlinkSync('nowhere', join(cwd, 'my-app'));
    await expectInTheWay('my-app', /is a symbolic link to nowhere/);
    await expectInTheWay('my-app/deeper', /my-app is not a directory/);
  });

  it('A25 is printed with the links of its parents resolved', async () => {
    mkdirSync(join(cwd, 'real'));
    symlinkSync('real', join(cwd, 'link'));
    const outcome = await create('link/my-app', '--json');
    expect(outcome.code).toBe(0);
    expect(json(outcome)).toMatchObject({ ok: true, path: join(cwd, 'real/my-app') });
    expect(readdirSync(join(cwd, 'real'))).toEqual(['my-app']);
  });

  it('A26 is refused when a link appears there while the files are staged', async () => {
    mkdirSync(join(cwd, 'elsewhere'));
    const running = start(['my-app', ...QUICK], { cwd, env: slowDisk(10) });
    await untilStaging(cwd);
    symlinkSync('elsewhere', join(cwd, 'my-app'));
    const outcome = await running.ended;
    expect(outcome.stderr).toMatch(/was changed by somebody else in the meantime/);
    expect(outcome.code).toBe(3);
    expect(Object.keys(treeOf(cwd))).toEqual(['elsewhere', 'my-app']);
  });

  it('A27 is made with its parents', async () => {
    const outcome = await create('a/b/c/my-app');
    expect(outcome.code).toBe(0);
    expect(readdirSync(join(cwd, 'a/b/c'))).toEqual(['my-app']);
  });

  it('A34 is refused when it differs from another entry in case only', async () => {
    mkdirSync(join(cwd, 'My-App'));
    await expectInTheWay('my-app', /My-App is there already and differs from my-app only/);
  });

  it.each(['my-app', 'a/b/my-app'])(
    'A36 has one winner when several runs want %s at once',
    async (directory) => {
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => create(directory)));
      expect(outcomes.map((outcome) => String(outcome.code)).sort()).toEqual(['0', '3', '3', '3']);
      expect(readdirSync(cwd)).toEqual([directory.split('/')[0]]);
      expect(readdirSync(join(cwd, directory, '..'))).toEqual(['my-app']);
    },
  );

  it.runIf(process.platform === 'linux')(
    'A34 may differ so from another one when both are there already',
    async () => {
      for (const name of ['My-App', 'my-app']) mkdirSync(join(cwd, name));
      expect((await create('my-app')).code).toBe(0);
      expect(readdirSync(join(cwd, 'My-App'))).toEqual([]);
    },
  );

  it('A36 has one winner when several runs want the same empty directory', async () => {
    mkdirSync(join(cwd, 'my-app'));
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => create('my-app', '--json')));
    expect(outcomes.map((outcome) => String(outcome.code)).sort()).toEqual(['0', '3', '3', '3']);
    const winner = outcomes.find((outcome) => outcome.code === 0);
    const listed = json(winner!).files.map((file) => file.path);
    expect(filesOf(join(cwd, 'my-app'))).toEqual(listed.toSorted());
  });

  it.each(['keep', 'overwrite'] as const)(
    'A36 loses nothing when several runs %s at once',
    async (policy) => {
      const app = join(cwd, 'my-app');
      mkdirSync(join(app, 'src'), { recursive: true });
      for (const file of ['package.json', 'src/mine.ts', '.gitignore', '.env'])
        writeFileSync(join(app, file), `my ${file}\n`);
      const before = treeOf(app);
      const runs = [1, 2, 3, 4].map(() => create('my-app', '--json', '--on-conflict', policy));
      const outcomes = await Promise.all(runs);
      expect(outcomes.map(({ code }) => code)).toContain(0);
      for (const { code, stderr, stdout } of outcomes)
        expect([0, 3], stderr + stdout.slice(0, 600)).toContain(code);
      const after = treeOf(app);
      const names = Object.keys(after);
      expect(names.filter((path) => path.includes(JOURNAL))).toEqual([]);
      const listed = json(outcomes.find(({ code }) => code === 0)!).files.map(({ path }) => path);
      expect(names).toEqual(expect.arrayContaining(listed));
      for (const path of ['src/mine.ts', '.env']) expect(after[path]).toBe(before[path]);
      const versions = names.filter((path) => /^package\.json(?:\.bak-|$)/.test(path));
      expect(versions.map((path) => after[path])).toContain(before['package.json']);
      expect(readFileSync(join(app, '.gitignore'), 'utf8')).toMatch(/^my \.gitignore\n/);
    },
  );

  it('A21 replaces no backup when the clock stands still', async () => {
    const app = join(cwd, 'my-app');
    const preload = join(cwd, 'clock.mjs');
    mkdirSync(app);
    writeFileSync(preload, 'Date.prototype.toISOString = () => "1970-01-01T00:00:00.000Z";');
    const env = { NODE_OPTIONS: `--import=${preload}` };
    for (const run of ['first', 'second']) {
      writeFileSync(join(app, 'package.json'), run);
      const outcome = await command(['my-app', '--force', ...QUICK], { cwd, env });
      expect(outcome.code, run).toBe(0);
    }
    const backup = join(app, 'package.json.bak-19700101T000000000Z');
    expect(readFileSync(backup, 'utf8')).toBe('first');
    expect(readFileSync(`${backup}-2`, 'utf8')).toBe('second');
  });

  it('A37 is refused the second time, and untouched', async () => {
    expect((await create('my-app')).code).toBe(0);
    await expectInTheWay('my-app', /is a chat backend already/);
  });

  it('A38 may have a staging directory of a killed run beside it, which is named and stays', async () => {
    mkdirSync(join(cwd, '.my-app.create-0123456789ab'));
    const outcome = await create('my-app');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(
      /\.my-app\.create-0123456789ab is left of a run that was killed/,
    );
    expect(readdirSync(cwd)).toContain('.my-app.create-0123456789ab');
  });

  it('is refused where a link inside would lead the files out of it', async () => {
    mkdirSync(join(cwd, 'my-app'));
    mkdirSync(join(cwd, 'outside'));
    symlinkSync('../outside', join(cwd, 'my-app/src'));
    const outcome = await create('my-app', '--force');
    expect(outcome.stderr).toMatch(/src is a symbolic link, and a directory has to be there/);
    expect(outcome.code).toBe(3);
    expect(readdirSync(join(cwd, 'outside'))).toEqual([]);
  });
});
