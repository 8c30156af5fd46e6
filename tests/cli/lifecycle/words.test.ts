import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/package.ts';
import { command, lifecycleJson } from '../../support/command.ts';
import type { LifecycleJson, Outcome } from '../../support/command.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { ownedProject } from '../../support/owned-project.ts';
import type { OwnedProject } from '../../support/owned-project.ts';
import { scratch } from '../../support/scratch.ts';

const RECORD = '.chat-backend.json';

let project: OwnedProject;
beforeAll(async () => {
  project = await ownedProject({ preset: 'standard' });
});

/** What a refused command says; it changes nothing, prints nothing, and says the same as JSON. */
async function refusal(
  args: readonly string[],
  cwd = project.root,
): Promise<Outcome & { readonly json: LifecycleJson }> {
  const before = project.tree();
  const outcome = await command(args, { cwd });
  const printed = lifecycleJson(await command([...args, '--json'], { cwd }));
  expect(outcome.stdout).toBe('');
  expect(outcome.stderr.split('\n')[0]).toBe(`error: ${printed.error?.message}`);
  expect(project.tree()).toEqual(before);
  return { ...outcome, json: printed };
}

describe('the words of commands for a project', () => {
  it.each(['add demo', 'remove demo', 'set port=1', 'update', 'status', 'diff', 'undo', 'doctor'])(
    'L01 L49 %s where there is no project',
    async (words) => {
      const { code, stderr, json } = await refusal(words.split(' '), scratch());
      expect(code).toBe(3);
      expect(json.error?.code).toBe('NO_PROJECT');
      expect(stderr).toMatch(/there is no \.chat-backend\.json here or above/);
    },
  );

  it('L02 works below the project', async () => {
    const outcome = await command(['status', '--json'], { cwd: join(project.root, 'src/backend') });
    expect(lifecycleJson(outcome)).toMatchObject({ ok: true, path: project.root, changes: [] });
    const diff = await command(['diff', '.'], { cwd: join(project.root, 'src') });
    expect(diff).toMatchObject({ code: 0, stdout: '' });
  });

  it('L03 add and set without words say what there is', async () => {
    const add = await refusal(['add']);
    expect(add.code).toBe(2);
    expect(add.stderr).toMatch(/^ {4}metrics +Metrics for Prometheus, on a port of their own$/m);
    expect(add.stderr).not.toMatch(/^ {4}demo /m);
    const remove = await refusal(['remove']);
    expect(remove.code).toBe(2);
    expect(remove.stderr).toMatch(/^ {4}demo +A page/m);
    const set = await refusal(['set']);
    expect(set.code).toBe(2);
    expect(set.stderr).toMatch(/For example: create-chat-backend set port=4000/);
  });

  it.each([
    ['add presense', /Did you mean presence\?/],
    ['add redis', /Type: create-chat-backend set adapter=redis$/],
    ['remove mongo', /Type: create-chat-backend set adapter=none$/],
    ['add demo constructor', /there is no feature "constructor"/],
  ])('L04 %s', async (words, message) => {
    const { code, stderr, json } = await refusal(words.split(' '));
    expect(code).toBe(2);
    expect(json.error?.code).toBe('INVALID_OPTION');
    expect(stderr.trimEnd()).toMatch(message);
  });

  it.each([
    ['port=0', /port=0 is not an integer from 1 to 65535\n.*What can be set: package-name, /],
    ['port=1e3', /port=1e3 is not an integer/],
    ['port', /port has no value/],
    ['features=demo', /Type: create-chat-backend add <feature>/],
    ['database-uri=mongodb://ada:pass-7c1@db/chat', /database-uri is in \.env alone/],
    ['prot=1', /Did you mean port\? What can be set/],
    ['adapter=reds', /Did you mean redis\?/],
    ['package-name=Chat', /upper-case/],
    ['package-manager=deno', /Choose one of: npm, pnpm, yarn, bun/],
    ['author=a\nb', /line of plain text/],
  ])('L06 set %s', async (word, message) => {
    const { code, stderr, json } = await refusal(['set', word]);
    expect(code).toBe(2);
    expect(['USAGE', 'INVALID_OPTION']).toContain(json.error?.code);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('7c1');
  });

  it.each([
    [['add', 'demo', '--dryrun'], /Did you mean --dry-run\?/],
    [['add', 'demo', '--check'], /add has no option --check/],
    [['add', 'demo', '--dry-run', '--dry-run'], /--dry-run is given twice/],
    [['add', 'demo', '--on-conflict', 'marker'], /Did you mean markers\?/],
    [['add', 'demo', '--base', '--json'], /--base is followed by --json/],
    [['update', 'demo'], /update takes no word demo/],
    [['undo', 'src'], /undo takes no word src/],
    [['set', 'port=1', 'port=2'], /port is set twice/],
  ])('L07 %j', async (args, message) => {
    const outcome = await command(args, { cwd: project.root });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(message);
  });

  it('L07 options of creating before the name of a command', async () => {
    const outcome = await command(['--json', 'add', 'demo'], { cwd: project.root });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/add is a command of its own, and stands before its options/);
  });

  it('L07 what npm takes for its own', async () => {
    const env = { npm_command: 'init', npm_config_dry_run: 'true' };
    const outcome = await command(['remove', 'demo'], { cwd: project.root, env });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/npm kept dry-run for itself, because -- is missing/);
  });

  it('makes a project in a directory that is called as a command', async () => {
    const cwd = scratch();
    const args = ['./add', '--yes', '--no-install', '--no-git', '--json'];
    expect(JSON.parse((await command(args, { cwd })).stdout)).toMatchObject({ packageName: 'add' });
  });

  it('names commands as it was called itself', async () => {
    const env = { npm_command: 'exec', npm_config_user_agent: 'npm/11.0.0 node/v24' };
    const { stderr } = await command(['add', 'redis'], { cwd: project.root, env });
    expect(stderr).toMatch(/Type: npx create-chat-backend set adapter=redis/);
  });
});

describe('a record that cannot be used', () => {
  const inRecord = (change: (text: string) => string) => async (): Promise<OwnedProject> => {
    const made = await ownedProject();
    made.write(RECORD, change(made.read(RECORD)));
    return made;
  };
  const replaced = (from: RegExp, to: string) => inRecord((text) => text.replace(from, to));

  it.each([
    ['L08 bad JSON', inRecord((text) => text.slice(0, -3)), /no comma or \} after a value: line/],
    ['L08 a key twice', replaced(/\{/, '{"version":"9.9.9",'), /second time/],
    ['L08 an unknown key', replaced(/\{/, '{"date":0,'), /unknown key "date"/],
    ['L08 65 KiB', inRecord((text) => text.padEnd(65 * 1024)), /more than 64 KiB/],
    ['L08 a feature unknown to it', replaced(/"account"/, '"accounts"'), /has an answer that/],
    [
      'L09 markers',
      inRecord((text) => `<<<<<<< HEAD\n${text}`),
      /both sides have, one line a feat/,
    ],
    ['L10 a range', replaced(/"\d+\.\d+\.\d+"/, '"^1.0.0"'), /has a "version"/],
    ['L10 a tag', replaced(/"\d+\.\d+\.\d+"/, '"latest"'), /has a "version"/],
    ['L10 a file', replaced(/"\d+\.\d+\.\d+"/, '"file:../x"'), /has a "version"/],
    ['L10 an alias', replaced(/"\d+\.\d+\.\d+"/, '"npm:x@1"'), /has a "version"/],
    ['L10 a flag', replaced(/"\d+\.\d+\.\d+"/, '"1.0.0 --x"'), /has a "version"/],
    ['L11 out of it', replaced(/\{/, '{"moved":{"src/app.ts":"../x"},'), /a path in "moved"/],
    ['L11 absolute', replaced(/\{/, '{"moved":{"src/app.ts":"/x"},'), /a path in "moved"/],
    ['L11 a drive', replaced(/\{/, '{"moved":{"src/app.ts":"C:\\\\x"},'), /a path in "moved"/],
    ['L11 a repository', replaced(/\{/, '{"moved":{"src/app.ts":"a/.GIT/x"},'), /a path in "mov/],
  ])('%s', async (_, make, message) => {
    const { root, tree } = await make().then((made) => ({ root: made.root, tree: made }));
    const before = tree.tree();
    const ran = join(scratch(), 'ran');
    const env = fakeProgram('npm', `touch ${ran}`);
    for (const words of [['update'], ['add', 'metrics'], ['status']]) {
      const outcome = await command([...words, '--json'], { cwd: root, env });
      expect(outcome.code).toBe(3);
      expect(lifecycleJson(outcome).error).toMatchObject({ code: 'RECORD' });
      expect(outcome.stderr).toMatch(message);
    }
    expect(tree.tree()).toEqual(before);
    expect(existsSync(ran)).toBe(false);
  });

  it('L08 is a directory', async () => {
    const made = await ownedProject();
    made.remove(RECORD);
    mkdirSync(join(made.root, RECORD));
    const outcome = await command(['status', '--json'], { cwd: made.root });
    expect(outcome.code).toBe(3);
    expect(lifecycleJson(outcome).error?.message).toBe(`${RECORD} is a directory`);
  });

  it('L12 of a newer version', async () => {
    const made = await ownedProject();
    made.edit(RECORD, (text) => text.replace(VERSION, '99.0.0'));
    for (const words of ['add metrics', 'set port=1', 'update', 'status', 'diff']) {
      const outcome = await command(words.split(' '), { cwd: made.root });
      expect(outcome.code).toBe(3);
      expect(outcome.stderr).toContain(
        `Type: npx create-chat-backend@latest ${words.split('=')[0]}`,
      );
    }
  });

  it.each([
    [
      'an older version',
      `"version": "${VERSION}"`,
      '"version": "0.0.9"',
      'npx create-chat-backend@latest update',
    ],
    [
      'other templates',
      /"templates": "\w+"/,
      '"templates": "0123456789abcdef"',
      `npx create-chat-backend@${VERSION} add metrics, or`,
    ],
  ])('L13 add on a project of %s', async (_, from, to, hint) => {
    const made = await ownedProject();
    made.edit(RECORD, (text) => text.replace(from, to));
    const before = made.tree();
    const outcome = await command(['add', 'metrics', '--json'], {
      cwd: made.root,
      env: { PATH: '' },
    });
    expect(outcome.code).toBe(3);
    expect(lifecycleJson(outcome).error).toMatchObject({ code: 'OTHER_VERSION' });
    expect(lifecycleJson(outcome).error?.hint).toContain(hint);
    expect(lifecycleJson(outcome).error?.hint).toContain('npx create-chat-backend@latest update');
    expect(made.tree()).toEqual(before);
  });

  it('L14 is that of another project', async () => {
    const root = scratch();
    writeFileSync(join(root, RECORD), project.read(RECORD));
    writeFileSync(join(root, 'package.json'), '{}');
    const outcome = await command(['add', 'metrics', '--json'], { cwd: root });
    expect(outcome.code).toBe(3);
    expect(lifecycleJson(outcome).error).toMatchObject({ code: 'RECORD' });
    expect(outcome.stderr).toMatch(
      /does not describe this project: \d+ of its \d+ files are not here/,
    );
  });
});
