import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM, command, json } from '../support/command.ts';
import type { Outcome } from '../support/command.ts';
import { filesOf, scratch, treeOf } from '../support/scratch.ts';

const FILE = 'chat.json';
const MARKS = ['{', '}', '[', ']', '"', ',', ':', '\\u', '0', ' ', '\n', 'true', 'nul', '"port"'];
const SECRET = 'mongodb://ada:pass-of-ada-7c1@db.example/chat';

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

function create(...args: readonly string[]): Promise<Outcome> {
  return command(['my-app', '--yes', '--no-install', '--no-git', ...args], { cwd });
}

function withFile(content: string | Uint8Array | object, ...args: readonly string[]) {
  const isBytes = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(join(cwd, FILE), isBytes ? content : JSON.stringify(content));
  return create('--config', FILE, ...args);
}

function read(path: string): string {
  return readFileSync(join(cwd, 'my-app', path), 'utf8');
}

/** Refused with two lines, exit code 2 and nothing changed on disk. */
async function expectRefused(outcome: Promise<Outcome>, message: RegExp): Promise<void> {
  const before = treeOf(cwd);
  const { code, stdout, stderr } = await outcome;
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(treeOf(cwd)).toEqual(before);
  expect(readdirSync(cwd)).not.toContain('my-app');
}

describe('a config file', () => {
  it('answers what no flag says', async () => {
    const preset = { description: 'From a file', port: 4000, features: [], packageManager: 'bun' };
    const outcome = await withFile(preset, '--json', '--dry-run');
    expect(outcome.code).toBe(0);
    expect(json(outcome).answers).toMatchObject(preset);
    expect(json(outcome).warnings).toEqual([]);
  });

  it('may say where the project goes, and come from stdin', async () => {
    const input = JSON.stringify({ directory: 'my-app', install: false, git: false });
    const outcome = await command(['--config', '-', '--json'], { cwd, input });
    expect(json(outcome)).toMatchObject({ ok: true, path: join(cwd, 'my-app') });
    expect(json(outcome).replay).toMatch(/ my-app --no-install --no-git --yes$/);
  });

  it('A57 may hold the connection string, which only .env then has', async () => {
    const outcome = await withFile({ databaseUri: SECRET }, '--json', '--debug');
    expect(outcome.code).toBe(0);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/pass-of-ada|db\.example/);
    expect(parseEnv(read('.env'))['MONGODB_URI']).toBe(SECRET);
    for (const path of filesOf(join(cwd, 'my-app')))
      if (path !== '.env') expect(read(path)).not.toContain('pass-of-ada');
  });

  it.each([
    [`{"databaseUri": "${SECRET}\\n"}`, /"databaseUri" that contains a control character/],
    [`{"databaseUri": "${SECRET}"`, /no comma or } after a value: line 1, column 64/],
    [`{"databaseUri": "${SECRET}", "databaseUri": "${SECRET}"}`, /for the second time/],
    [`{"databaseUri": ["${SECRET}"]}`, /"databaseUri" that is not a string/],
    [`{"databaseUrl": "${SECRET}"}`, /unknown key "databaseUrl"\n {2}Did you mean databaseUri\?/],
  ])('A57 is refused without showing the connection string: %s', async (text, message) => {
    await expectRefused(withFile(text), message);
    const { stdout, stderr } = await withFile(text, '--json', '--debug');
    expect(stdout + stderr).not.toMatch(/pass-of-ada|db\.example/);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'A59 knows no option %s',
    async (key) => {
      await expectRefused(
        withFile(`{"${key}": {"polluted": true}}`),
        new RegExp(`unknown key "${key}"`),
      );
    },
  );

  describe('A60 that cannot be one', () => {
    it('is missing', () => expectRefused(create('--config', FILE), /chat\.json is not there/));

    it('is a directory', async () => {
      mkdirSync(join(cwd, FILE));
      await expectRefused(create('--config', FILE), /chat\.json is a directory/);
    });

    it('is a pipe, which nobody waits for', async () => {
      execFileSync('mkfifo', [join(cwd, FILE)]);
      const refused = await create('--config', FILE);
      expect(refused.stderr).toMatch(/chat\.json is a pipe\n.*--config -/);
      expect(refused.code).toBe(2);
      expect(readdirSync(cwd)).toEqual([FILE]);
    });

    it.each(['/dev/zero', '/dev/tty', '/dev/stdin'])('is the device %s', async (path) => {
      await expectRefused(create('--config', path), /is (?:no regular file|a pipe)/);
    });

    it('has 50 MB', async () => {
      writeFileSync(join(cwd, FILE), '{');
      truncateSync(join(cwd, FILE), 50_000_000);
      const refused = await create('--config', FILE);
      expect(refused.stderr).toMatch(/chat\.json has more than 64 KiB/);
      expect(refused.code).toBe(2);
    });

    it('is one byte too long, or just not', async () => {
      const preset = `{"port":4000}`;
      await expectRefused(withFile(preset.padEnd(65_537)), /more than 64 KiB/);
      expect((await withFile(preset.padEnd(65_536), '--dry-run')).code).toBe(0);
    });

    it.each([
      ['binary', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1)],
      ['text of another encoding', Buffer.from('\ufeff{"port":4000}', 'utf16le')],
      ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ])('is %s', async (_, bytes) => {
      await expectRefused(withFile(bytes), /chat\.json is not text in UTF-8/);
    });

    it('is empty', () => expectRefused(withFile(''), /chat\.json is empty/));

    it.runIf(process.getuid?.() === 0)('may not be read', async () => {
      writeFileSync(join(cwd, FILE), '{}', { mode: 0o000 });
      const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath];
      execFileSync('chmod', ['755', cwd]);
      expect(() =>
        execFileSync('setpriv', [...nobody, PROGRAM, 'my-app', '--yes', '--config', FILE], {
          cwd,
          stdio: 'pipe',
        }),
      ).toThrow(/cannot be read \(EACCES\)/);
    });

    it.each([
      ['nothing', '', /stdin is empty/],
      ['a flood', '{}'.padEnd(200_000), /stdin has more than 64 KiB/],
    ])('is a stdin with %s', async (_, input, message) => {
      const args = ['my-app', '--yes', '--no-install', '--no-git', '--config', '-'];
      await expectRefused(command(args, { cwd, input }), message);
    });

    it('is a stdin that goes on for ever', async () => {
      const script = 'yes | "$0" "$@"';
      const args = [process.execPath, PROGRAM, 'my-app', '--yes', '--config', '-'];
      const child = spawn('sh', ['-c', script, ...args], {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(2);
    });
  });

  it.each<[string, string, RegExp]>([
    ['a comma too many', '{\n  "port": 4000,\n}', /a comma too many: line 3, column 1/],
    ['a comma too many', '{"features": ["typing",]}', /a comma too many: line 1, column 24/],
    ['a key twice', '{"port": 1,\r\n "port": 2}', /for the second time: line 2, column 2/],
    ['a key twice', '{"port": 1, "p\\u006frt": 2}', /for the second time: line 1, column 13/],
    ['no quotes', '{port: 1}', /no "key" where one is expected: line 1, column 2/],
    ['other quotes', "{'port': 1}", /no "key" where one is expected/],
    ['a comment', '{ // port\n}', /no "key" where one is expected: line 1, column 3/],
    ['no end', '{"port": 4000', /no comma or } after a value: line 1, column 14/],
    ['no colon', '{"port" 4000}', /no colon after a key: line 1, column 9/],
    ['no value', '{"port": }', /no value where one is expected: line 1, column 10/],
    ['a number of its own', '{"port": 0x50}', /no comma or } after a value: line 1, column 11/],
    ['an open text', '{"author": "Ada\n"}', /does not end or is not escaped: line 1, column 12/],
    ['two values', '{} {}', /goes on after its end: line 1, column 4/],
    ['a text', '"port"', /is not an object in braces/],
    ['a list', '[]', /is not an object in braces/],
    ['NaN', '{"port": NaN}', /no value where one is expected/],
  ])('A61 is refused with %s: %j', async (_, text, message) => {
    await expectRefused(withFile(text), message);
  });

  it('A61 may begin with a byte order mark', async () => {
    const outcome = await withFile('\uFEFF{"port": 4000}', '--json', '--dry-run');
    expect(json(outcome).answers.port).toBe(4000);
    await expectRefused(withFile('\uFEFF\n\uFEFF{}'), /line 2, column 1/);
  });

  it.each<[object, RegExp]>([
    [{ outputFunctionName: 'x;process.exit(3)//' }, /unknown key "outputFunctionName"/],
    [{ client: true }, /unknown key "client"/],
    [{ settings: { 'view options': {} } }, /unknown key "settings"/],
    [{ yes: true }, /unknown key "yes"/],
    [{ config: 'b.json' }, /unknown key "config"/],
    [{ Port: 4000 }, /unknown key "Port"\n {2}Did you mean port\?/],
    [{ port: '4000' }, /a "port" that is not a number\n.*create-chat-backend schema/],
    [{ port: 65_536 }, /a "port" that is not an integer from 1 to 65535/],
    [{ preset: 'huge' }, /a "preset" that is not one of the choices\n.*minimal, standard, full/],
    [{ preset: { toString: 1 } }, /a "preset" that is not one of the choices/],
    [{ features: 'typing' }, /a "features" that is not a list of names/],
    [{ git: null }, /a "git" that is not a boolean/],
    [{ description: 'a\nb' }, /one line of plain text is expected/],
    [{ features: ['tiping'] }, /no feature "tiping"\n {2}Did you mean typing\?/],
    [{ adapter: 'foo' }, /--adapter "foo" is not one of the choices/],
  ])('A62 is refused with an unknown key or a wrong type: %j', async (preset, message) => {
    await expectRefused(withFile(preset), message);
  });

  it('A62 is refused with a key of 60 000 characters, of which it shows some', async () => {
    await expectRefused(withFile({ ['k'.repeat(60_000)]: 1 }), /unknown key "k{40}…"/);
  });

  it('A62 may name its schema for editors', async () => {
    expect((await withFile({ $schema: './preset.schema.json' }, '--dry-run')).code).toBe(0);
  });

  it.each(['[', '{"a":'])('A63 is refused when it is nested 20 000 deep with %s', async (open) => {
    await expectRefused(withFile(open.repeat(10_000)), /nested deeper than 16 levels: line 1/);
    const input = open.repeat(20_000).slice(0, 65_536);
    const args = ['my-app', '--yes', '--no-install', '--no-git', '--config', '-'];
    await expectRefused(command(args, { cwd, input }), /nested deeper than 16 levels/);
  });

  it.each(['https://example.org/chat.json', 'http://127.0.0.1:1/', 'file:///etc/hostname'])(
    'A64 is no address: %s',
    async (address) => {
      await expectRefused(
        create('--config', address),
        /is not a local file, and nothing is fetched/,
      );
    },
  );

  it.each(['extends', '$ref', 'include'])('A64 takes in no other file by %s', async (key) => {
    writeFileSync(join(cwd, 'other.json'), '{"port": 4000}');
    mkdirSync(join(cwd, 'inner'));
    await expectRefused(withFile({ [key]: '../other.json' }), /unknown key/);
  });

  it('A64 may lie above the current directory, and be a link', async () => {
    mkdirSync(join(cwd, 'here'));
    writeFileSync(join(cwd, 'real.json'), '{"port": 4000}');
    execFileSync('ln', ['-s', 'real.json', FILE], { cwd });
    const args = ['my-app', '--config', `../${FILE}`, '--dry-run', '--json'];
    const outcome = await command(args, { cwd: join(cwd, 'here') });
    expect(json(outcome).answers.port).toBe(4000);
  });
});

describe('flags beside a config file', () => {
  it.each<[object, readonly string[], object, readonly string[]]>([
    [{ port: 4000 }, ['--port', '5000'], { port: 5000 }, ['--port wins over "port" in chat.json']],
    [{ port: 4000 }, ['--port', '4000'], { port: 4000 }, []],
    [{ verify: false }, [], { verify: false }, []],
    [
      { git: true, install: true, author: 'A' },
      [],
      { git: false, install: false, author: 'A' },
      ['--no-git wins over "git" in chat.json', '--no-install wins over "install" in chat.json'],
    ],
    [
      { directory: 'other' },
      [],
      { directory: 'my-app' },
      ['directory wins over "directory" in chat.json'],
    ],
    [
      { features: ['typing'] },
      ['--features', 'demo'],
      { features: ['demo'] },
      ['--features wins over "features" in chat.json'],
    ],
    [
      { features: ['typing', 'demo'] },
      ['--no-typing'],
      { features: ['demo'] },
      ['--no-<feature> wins over "features" in chat.json'],
    ],
    [
      { preset: 'full', withoutFeatures: ['demo', 'typing'] },
      ['--features', 'typing'],
      {},
      ['--features wins over "withoutFeatures" in chat.json'],
    ],
    [{ preset: 'standard', withoutFeatures: ['demo'] }, ['--no-typing'], {}, []],
    [
      { onConflict: 'keep' },
      ['--force'],
      { onConflict: 'overwrite' },
      ['--on-conflict wins over "onConflict" in chat.json'],
    ],
  ])('A65 with %j the flags %j win, and a note says so', async (preset, args, answers, notes) => {
    const quick = ['my-app', '--yes', '--dry-run', '--no-install', '--no-git'];
    writeFileSync(join(cwd, FILE), JSON.stringify(preset));
    const run = (...more: readonly string[]): Promise<Outcome> =>
      command([...quick, '--config', FILE, ...args, ...more], { cwd });
    const outcome = await run('--json');
    expect(outcome.code).toBe(0);
    expect(json(outcome).answers).toMatchObject(answers);
    expect(json(outcome).warnings.toSorted()).toEqual(notes);
    const spoken = await run();
    for (const note of notes) expect(spoken.stderr.split('\n')).toContain(`note     ${note}`);
    expect(readdirSync(cwd)).toEqual([FILE]);
  });

  it('A65 A57 a connection string wins without being shown', async () => {
    const flag = ['--database-uri', 'mongodb://bob:pass-of-bob@host/chat'];
    const outcome = await withFile({ databaseUri: SECRET }, ...flag);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain('--database-uri wins over "databaseUri" in chat.json');
    expect(outcome.stdout + outcome.stderr).not.toMatch(/pass-of|db\.example/);
  });

  it('A44 two presets contradict each other, because the rest of the file builds on its own', async () => {
    await expectRefused(
      withFile({ preset: 'full' }, '--preset', 'minimal'),
      /--preset minimal and the preset full of chat\.json contradict each other/,
    );
    expect((await withFile({ preset: 'full' }, '--preset', 'full', '--dry-run')).code).toBe(0);
  });
});

// Many runs of the command, on a machine that may be busy.
describe('any bytes as a config file', { timeout: 300_000 }, () => {
  it('P9 never end with exit code 1', async () => {
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
      fc
        .string({ unit: 'binary', maxLength: 60 })
        .map((text) => Buffer.from(`{"author":"${text}"}`)),
      fc
        .string({ unit: fc.constantFrom(...MARKS), maxLength: 60 })
        .map((text) => Buffer.from(text)),
    );
    const four = fc.array(texts, { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(four, async (files) => {
        const outcomes = await Promise.all(
          files.map((bytes, index) => {
            writeFileSync(join(cwd, `${index}.json`), bytes);
            return command(['my-app', '--dry-run', '--config', `${index}.json`], { cwd });
          }),
        );
        for (const { code, stderr } of outcomes) {
          expect([0, 2]).toContain(code);
          expect(stderr).not.toMatch(/^ +at |internal error/m);
        }
      }),
      { numRuns: 25 },
    );
  });
});
