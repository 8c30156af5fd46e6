import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json } from '../support/command.ts';
import type { Outcome } from '../support/command.ts';
import { scratch, treeOf } from '../support/scratch.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];
const RECORD = '.chat-backend.json';

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

interface Recorded {
  readonly version: string;
  readonly answers: Readonly<Record<string, unknown>>;
}

function recordOf(project: string): Recorded {
  return JSON.parse(readFileSync(join(cwd, project, RECORD), 'utf8')) as Recorded;
}

function again(...args: readonly string[]): Promise<Outcome> {
  return command(['again', '--config', join('app', RECORD), ...QUICK, ...args], { cwd });
}

describe('the record of a project', () => {
  it.each([
    [['--preset', 'minimal']],
    [['--preset', 'full', '--adapter', 'redis', '--package-manager', 'pnpm']],
    [['--no-demo', '--port', '4100', '--author', `"Ada" <a@b>`, '--description', 'Ünï']],
  ])('makes the same project again elsewhere: %j', async (flags) => {
    const uri = 'mongodb://ada:pass-of-ada-7c1@db.example/chat';
    const first = await command(['app', ...flags, '--database-uri', uri, ...QUICK], { cwd });
    expect(first.code).toBe(0);
    expect(JSON.stringify(recordOf('app'))).not.toMatch(/ada-7c1|db\.example/);
    const outcome = await again('--json');
    expect(json(outcome)).toMatchObject({ ok: true, packageName: 'app', warnings: [] });
    const trees = ['app', 'again'].map((name) => treeOf(join(cwd, name), ['.env']));
    expect(trees[1]).toEqual(trees[0]);
  });

  it('is the only file that a project has for its generator', async () => {
    await command(['app', ...QUICK], { cwd });
    const names = readdirSync(join(cwd, 'app')).filter((name) => name.includes('chat-backend'));
    expect(names).toEqual([RECORD]);
    expect(readFileSync(join(cwd, 'app', RECORD)).length).toBeLessThan(1024);
  });

  it('is taken from stdin, and by flags that win', async () => {
    await command(['app', '--port', '4100', ...QUICK], { cwd });
    const input = readFileSync(join(cwd, 'app', RECORD), 'utf8');
    const args = ['again', '--config', '-', '--port', '4200', ...QUICK, '--json'];
    const outcome = await command(args, { cwd, input });
    expect(json(outcome).warnings).toEqual(['--port wins over "port" in stdin']);
    expect(recordOf('again')).toEqual({
      ...recordOf('app'),
      answers: { ...recordOf('app').answers, port: 4200 },
    });
  });

  it('follows what is replaced, and says when other templates wrote it', async () => {
    await command(['app', ...QUICK], { cwd });
    const record = { ...recordOf('app'), version: '0.0.1' };
    writeFileSync(join(cwd, 'app', RECORD), JSON.stringify(record));
    const { stderr, code } = await again();
    expect(stderr).toMatch(
      /^note .*was written by create-chat-backend 0\.0\.1, and this is .*: npx create-chat-backend@0\.0\.1 makes the same files$/m,
    );
    expect(code).toBe(0);
    expect(recordOf('again').version).not.toBe('0.0.1');
    const forced = await command(['app', '--force', '--port', '4300', ...QUICK], { cwd });
    expect(forced.code).toBe(0);
    expect(recordOf('app')).toMatchObject({ answers: { port: 4300 } });
    const backup = readdirSync(join(cwd, 'app')).find((name) => name.startsWith(`${RECORD}.bak-`));
    expect(readFileSync(join(cwd, 'app', backup!), 'utf8')).toBe(JSON.stringify(record));
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['L08 is broken JSON', (text) => text.slice(0, -3), /no comma or } after a value: line \d+/],
    ['L08 has a key twice', (text) => text.replace('{', '{"version":"9.9.9",'), /second time/],
    ['L08 has an unknown key', (text) => text.replace('{', '{"date":0,'), /unknown key "date"/],
    ['L08 has 65 KiB', (text) => text.padEnd(65 * 1024), /more than 64 KiB/],
    ['L09 is half merged', (text) => `<<<<<<< HEAD\n${text}`, /markers .*\n.*one line a feature/],
    ['L10 is of a range', (text) => text.replace(/"\d+\.\d+\.\d+"/, '"^1.0.0"'), /a "version"/],
    [
      'L11 moves a file out of the project',
      (text) => text.replace('{', '{"moved":{"src/app.ts":"../../x"},'),
      /a path in "moved" that cannot be one: "\.\.\/\.\.\/x"\n.*put it back as it was/,
    ],
  ])('%s: it is refused, and nothing is written', async (_, change, message) => {
    await command(['app', ...QUICK], { cwd });
    const path = join(cwd, 'app', RECORD);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    const before = treeOf(cwd);
    const { code, stdout, stderr } = await again();
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(treeOf(cwd)).toEqual(before);
  });

  it('L08 is a directory: it is refused', async () => {
    mkdirSync(join(cwd, 'app', RECORD), { recursive: true });
    const { code, stderr } = await again();
    expect(stderr).toMatch(/\.chat-backend\.json is a directory/);
    expect(code).toBe(2);
    expect(readdirSync(cwd)).toEqual(['app']);
  });
});
