import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json } from '../support/command.ts';
import { scratch, treeOf } from '../support/scratch.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

async function expectRefused(name: string, message: RegExp): Promise<void> {
  const outcome = await command([...QUICK, '--', name], { cwd });
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(2);
  expect(outcome.stdout).toBe('');
  expect(outcome.code).toBe(2);
  expect(readdirSync(cwd)).toEqual([]);
}

describe('the name of the project', () => {
  it('A03 is refused when it is empty', async () => {
    await expectRefused('', /has an empty name/);
    await expectRefused('   ', /has an empty name/);
  });

  it('A04 is refused with a space, and a better one suggested', async () => {
    await expectRefused(
      'My App',
      /"My App" has an upper-case letter\n.*create-chat-backend my-app/,
    );
    await expectRefused('my app', /"my app" has the character " ".*\n.*create-chat-backend my-app/);
  });

  it('A05 gives the package a name in lower case, and a note says so', async () => {
    const outcome = await command(['MyApp', ...QUICK, '--json'], { cwd });
    expect(outcome.code).toBe(0);
    expect(readdirSync(cwd)).toEqual(['MyApp']);
    expect(json(outcome)).toMatchObject({
      packageName: 'myapp',
      warnings: ['the package name is myapp: package names have no upper-case letters'],
    });
    expect(json(outcome).replay).toMatch(/ MyApp --no-install --no-git --yes$/);
    const named = ['--package-name', 'another'];
    const given = await command(['Other', ...named, ...QUICK, '--json'], { cwd });
    expect(json(given)).toMatchObject({ packageName: 'another', warnings: [] });
  });

  it('A05 is refused where more is wrong with it, or the name is given', async () => {
    await expectRefused('My App', /upper-case letter\n.*create-chat-backend my-app/);
    await expectRefused('HTTP', /upper-case letter\n.*create-chat-backend http-chat/);
    const outcome = await command(['x', '--package-name', 'MyApp', ...QUICK], { cwd });
    expect(outcome.code).toBe(2);
  });

  it.each(['.hidden', '_x', '-x'])('A06 is refused when it begins as in %s', async (name) => {
    await expectRefused(name, /begins with "[._-]"/);
  });

  it('A06 is taken for a flag when it begins with a dash', async () => {
    const outcome = await command(['-x', ...QUICK], { cwd });
    expect(outcome.stderr).toMatch(/unknown option -x/);
    expect(outcome.code).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each(['node_modules', 'favicon.ico'])('A07 is refused when it is %s', async (name) => {
    await expectRefused(name, /is reserved/);
  });

  it.each(['http', 'fs', 'stream'])(
    'A08 is refused when it is the core module %s',
    async (name) => {
      await expectRefused(name, new RegExp(`is a core module of Node\\n.*${name}-chat`));
    },
  );

  it.each(['con', 'nul', 'aux.app'])(
    'A09 is refused when Windows knows %s as a device',
    async (name) => {
      await expectRefused(name, /Windows device/);
    },
  );

  it.each(['x.', 'x '])('A09 is refused when Windows would drop the end of "%s"', async (name) => {
    await expectRefused(name, /which Windows drops/);
  });

  it('A10 is refused when it is longer than 214 bytes', async () => {
    await expectRefused('a'.repeat(215), /has 215 bytes; 214 are allowed/);
    await expectRefused('a'.repeat(256), /has 256 bytes/);
  });

  it.each(['café', '日本', 'chat🚀'])(
    'A11 is refused in %s, and the character named',
    async (name) => {
      await expectRefused(
        name,
        /has the character ".+" \(U\+[0-9A-F]+\), which a URL cannot carry/,
      );
    },
  );

  it('A12 is refused with an invisible character, which is shown escaped', async () => {
    await expectRefused('a\u202Eb', /"a\\u\{202E\}b" has a control or invisible character/);
    await expectRefused('a\u200Db', /"a\\u\{200D\}b" has a control or invisible character/);
    await expectRefused('\u0430pp', /\(U\+0430\)/);
  });

  it('A14 is refused with a line break or a tab', async () => {
    await expectRefused('a\nb', /"a\\nb" has a control or invisible character/);
    await expectRefused('a\tb', /"a\\tb" has a control or invisible character/);
  });

  it('A15 may come with a path; the place is printed absolute', async () => {
    mkdirSync(join(cwd, 'here'));
    const outcome = await command(['../there', ...QUICK, '--json'], { cwd: join(cwd, 'here') });
    expect(outcome.code).toBe(0);
    expect(json(outcome)).toMatchObject({ path: join(cwd, 'there'), packageName: 'there' });
    expect(readdirSync(cwd)).toEqual(['here', 'there']);
  });

  it.each(['.', '..', '/', '~', '~/chat'])(
    'A16 cannot be %s where that is no place for a project',
    async (place) => {
      mkdirSync(join(cwd, 'here'));
      const before = treeOf(cwd);
      const here = place === '.' ? cwd : join(cwd, 'here');
      const outcome = await command([place, ...QUICK], { cwd: here, env: { HOME: cwd } });
      expect(outcome.stderr).toMatch(/is not a place for a project/);
      expect(outcome.code).toBe(3);
      expect(treeOf(cwd)).toEqual(before);
    },
  );

  it('A18 comes from --package-name where the directory has none to give', async () => {
    const here = join(cwd, 'My Chat');
    mkdirSync(here);
    const refused = await command(['.', ...QUICK], { cwd: here });
    expect(refused.stderr).toMatch(/--package-name my-chat/);
    expect(refused.code).toBe(2);
    expect(readdirSync(here)).toEqual([]);

    const made = await command(['.', '--package-name', '@team/chat', ...QUICK, '--json'], {
      cwd: here,
    });
    expect(json(made)).toMatchObject({ ok: true, packageName: '@team/chat', path: here });
  });

  it('A33 is refused when the path is longer than the system takes', async () => {
    await expectRefused(`${'a'.repeat(200)}/`.repeat(21), /is longer than 4096 bytes/);
  });
});
