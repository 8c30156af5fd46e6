import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM, command, json } from '../support/command.ts';
import { installation } from '../support/installation.ts';
import { scratch, treeOf } from '../support/scratch.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];
const run = promisify(execFile);

function changeLetter(file: string): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
  writeFileSync(file, bytes);
}

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

describe('the surroundings', () => {
  it('A84 an old Node is named before anything is loaded', async () => {
    const preload = join(cwd, 'old.mjs');
    writeFileSync(
      preload,
      `Object.defineProperty(process.versions, 'node', { value: '18.20.0' });`,
    );
    const env = { NODE_OPTIONS: `--import=${preload}` };
    const outcome = await command(['my-app', ...QUICK], { cwd, env });
    expect(outcome.stderr).toMatch(
      /error: Node 18\.20\.0 is none .*: \^20\.19\.0 .*\n {2}Install Node 24/,
    );
    expect(outcome.code).toBe(6);
    expect(readdirSync(cwd)).toEqual(['old.mjs']);
  });

  it('A84 the entry parses where only old syntax is known', () => {
    const source = readFileSync(PROGRAM, 'utf8');
    expect(source).not.toMatch(/^import /m);
    expect(source).not.toMatch(/await import|\?\.|\?\?/);
  });

  it.each([
    ['unset', undefined],
    ['missing', '/nowhere/home'],
  ])('A85 a home directory may be %s', async (_name, home) => {
    const env = { PATH: process.env['PATH'] ?? '', ...(home && { HOME: home }) };
    const args = [PROGRAM, 'my-app', '--yes', '--no-install', '--json'];
    const outcome = await run(process.execPath, args, { cwd, env });
    expect(json(outcome)).toMatchObject({ ok: true, git: { status: 'staged' } });
  });

  it('A86 the current directory may be gone', async () => {
    const gone = join(cwd, 'gone');
    mkdirSync(gone);
    const script = 'rmdir "$PWD"; exec "$0" "$@"';
    const failed = run('sh', ['-c', script, process.execPath, PROGRAM, 'my-app', ...QUICK], {
      cwd: gone,
    });
    await expect(failed).rejects.toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/the current directory no longer exists/) as string,
    });
  });

  it('A88 another language changes nothing', async () => {
    await command(['one/my-app', ...QUICK], { cwd });
    const env = { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham' };
    await command(['two/my-app', ...QUICK], { cwd, env });
    expect(treeOf(join(cwd, 'two'), ['my-app/.env'])).toEqual(
      treeOf(join(cwd, 'one'), ['my-app/.env']),
    );
  });

  it('P6 two runs, in two languages and two time zones, give the same bytes', async () => {
    const trees = [];
    for (const LC_ALL of ['C', 'tr_TR.UTF-8'])
      for (const TZ of ['UTC', 'Pacific/Chatham'])
        for (const time of ['one', 'two']) {
          const place = `${LC_ALL}/${TZ}/${time}`;
          const args = [`${place}/my-app`, '--preset', 'full', ...QUICK];
          expect((await command(args, { cwd, env: { LC_ALL, TZ } })).code).toBe(0);
          trees.push(treeOf(join(cwd, place), ['my-app/.env']));
        }
    for (const tree of trees) expect(tree).toEqual(trees[0]);
  });

  it.each([0, 4_102_444_800_000])('A89 another time changes nothing: %i', async (time) => {
    const preload = join(cwd, 'clock.mjs');
    writeFileSync(
      preload,
      `const Real = Date;
      globalThis.Date = class extends Real {
        constructor(...parts) { super(...(parts.length > 0 ? parts : [${time}])); }
        static now() { return ${time}; }
      };`,
    );
    await command(['one/my-app', ...QUICK], { cwd });
    await command(['two/my-app', ...QUICK], { cwd, env: { NODE_OPTIONS: `--import=${preload}` } });
    expect(treeOf(join(cwd, 'two'), ['my-app/.env'])).toEqual(
      treeOf(join(cwd, 'one'), ['my-app/.env']),
    );
  });

  it.each<[string, string, (file: string) => void, string?]>([
    ['without', 'templates.json', (file: string) => rmSync(file)],
    ['with half of', 'templates.json', (file: string) => truncateSync(file, 1000)],
    ['without', 'templates.txt', (file: string) => rmSync(file)],
    ['with half of', 'templates.txt', (file: string) => truncateSync(file, 1000)],
    ['with another letter in', 'templates.txt', (file: string) => changeLetter(file)],
    ['without', 'published.cjs', (file: string) => rmSync(file)],
    // Loaded when they are needed.
    ['without', 'program.cjs', (file: string) => rmSync(file), '-y'],
    ['without', 'create.cjs', (file: string) => rmSync(file)],
  ])(
    'A90 an installation %s %s is named, and nothing written',
    async (_name, file, damage, flag = '--yes') => {
      const installed = installation();
      damage(join(installed, 'dist', file));
      const program = join(installed, 'bin/create-chat-backend.js');
      const args = [program, 'my-app', flag, '--no-install', '--no-git'];
      const failed = run(process.execPath, args, { cwd });
      await expect(failed).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(`is damaged: .*[\\\\/]${file}`) as string,
      });
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it.each(['', 'yes\n'])('A66 asks nothing where stdin is no terminal (%j)', async (input) => {
    const outcome = await command(['my-app', '--no-install', '--no-git', '--json'], { cwd, input });
    expect(json(outcome).ok).toBe(true);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const refused = await command([], { cwd, input });
    expect(refused.stderr).toMatch(/the directory is missing/);
    expect(refused.code).toBe(2);
    expect(readdirSync(cwd)).toEqual(['my-app']);
  });

  it('A69 an output that is closed early is no reason to complain', async () => {
    const script = '"$0" "$@" 2>stderr | true; exit ${PIPESTATUS[0]}';
    await run('bash', ['-c', script, process.execPath, PROGRAM, 'my-app', ...QUICK], { cwd });
    await run('bash', ['-c', script, process.execPath, PROGRAM, '--help'], { cwd });
    expect(readdirSync(join(cwd, 'my-app'))).toContain('package.json');
    expect(readFileSync(join(cwd, 'stderr'), 'utf8')).not.toMatch(/EPIPE|at /);
  });

  it('says nothing with --quiet, and no colour without a terminal', async () => {
    const quiet = await command(['my-app', '--quiet', ...QUICK], { cwd });
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const plain = await command(['other', ...QUICK], { cwd });
    expect(plain.stdout + plain.stderr).not.toContain('\u001B');
    const forced = await command(['third', ...QUICK], { cwd, env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001B[');
  });
});
