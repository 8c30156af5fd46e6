import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json } from '../support/command.ts';
import type { Outcome } from '../support/command.ts';
import { scratch } from '../support/scratch.ts';

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

function create(...args: readonly string[]): Promise<Outcome> {
  return command(args, { cwd });
}

async function expectRefused(args: readonly string[], message: RegExp): Promise<void> {
  const outcome = await create(...args);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(2);
  expect(outcome.stdout).toBe('');
  expect(outcome.code).toBe(2);
  expect(readdirSync(cwd)).toEqual([]);
}

describe('the command line', () => {
  it('A01 needs a directory where nobody can be asked', async () => {
    await expectRefused([], /the directory is missing\n.*create-chat-backend my-app/);
  });

  it('A02 needs a directory with --yes too', async () => {
    await expectRefused(['--yes'], /the directory is missing/);
  });

  it('A40 names an unknown flag and the one that was meant', async () => {
    await expectRefused(
      ['my-app', '--descripton'],
      /unknown option --descripton\n {2}Did you mean --description\?/,
    );
    await expectRefused(['my-app', '--no-typign'], /Did you mean --no-typing\?/);
    await expectRefused(['my-app', '--prot=3'], /Did you mean --port\?/);
  });

  it('A41 does not take a flag for a value', async () => {
    await expectRefused(['my-app', '--description', '-y'], /looks like a flag\n.*--description=-y/);
    const outcome = await create('my-app', '--description=-y', '--dry-run', '--json');
    expect(json(outcome).answers.description).toBe('-y');
  });

  it.each(['0', '65536', '-1', '1e3', '0x50', '3000abc', '３０００', ''])(
    'A42 refuses %j as a port',
    async (port) => {
      await expectRefused(
        ['my-app', '--port', port],
        /--port ".*" is not an integer from 1 to 65535/,
      );
    },
  );

  it('A43 lists the choices of an option', async () => {
    await expectRefused(
      ['my-app', '--package-manager', 'pnmp'],
      /"pnmp" is not one of the choices\n {2}Did you mean pnpm\? Choose one of: npm, pnpm, yarn, bun\./,
    );
    await expectRefused(['my-app', '--preset', 'foo'], /Choose one of: minimal, standard, full/);
    await expectRefused(
      ['my-app', '--adapter', 'foo'],
      /"foo" is not one of.*\n.*Choose one of: none/,
    );
    await expectRefused(
      ['my-app', '--features', 'tiping'],
      /no feature "tiping"\n {2}Did you mean typing\?/,
    );
  });

  it('A44 names contradictions', async () => {
    await expectRefused(
      ['my-app', '--on-conflict', 'keep', '--force'],
      /--force and --on-conflict keep/,
    );
    await expectRefused(['my-app', '--features', 'typing', '--no-typing'], /contradict each other/);
    await expectRefused(['my-app', '--git', '--no-git'], /together with its opposite/);
    await expectRefused(['my-app', '--yes', '--interactive'], /--yes and --interactive/);
    await expectRefused(['my-app', '--start', '--no-install'], /--start and --no-install/);
  });

  it('A45 refuses an option that is given twice', async () => {
    await expectRefused(['my-app', '--port', '1', '--port', '2'], /--port is given twice/);
    await expectRefused(['my-app', '--yes', '-y'], /--yes is given twice/);
  });

  it('A46 refuses a second directory and speaks of quotes', async () => {
    await expectRefused(
      ['my', 'app'],
      /more than one directory is given\n.*needs quotes: create-chat-backend "my app"/,
    );
  });

  it.each(['a\nb', 'a\rb', 'a\u2028b'])(
    'A48 refuses a line break in a description',
    async (text) => {
      await expectRefused(
        ['my-app', `--description=${text}`],
        /one line of plain text is expected/,
      );
    },
  );

  it('A53 refuses what turns the reading direction, and shows it escaped', async () => {
    await expectRefused(['my-app', '--description', 'a\u202Eb'], /contains "\\u\{202E\}"/);
  });

  it('A54 refuses a description that is longer than 200 characters', async () => {
    await expectRefused(
      ['my-app', '--description', 'x'.repeat(100_000)],
      /100000 characters; 200 are allowed/,
    );
  });

  it('A56 refuses a connection string with a line break, without showing it', async () => {
    const uri = 'mongodb://ada:hunter2@localhost/chat\n';
    await expectRefused(['my-app', '--database-uri', uri], /--database-uri contains .*line break/);
    expect((await create('my-app', '--database-uri', uri)).stderr).not.toContain('hunter2');
  });

  const LONG_NAME = 'x'.repeat(64);
  it.each(['a.b', '$x', 'a b', LONG_NAME])('A58 refuses the database name %s', async (name) => {
    await expectRefused(
      ['my-app', '--database-uri', `mongodb://localhost/${name}`],
      /names a database/,
    );
  });

  it('takes the words of commands for a project for directories where they are paths', async () => {
    await expectRefused(
      ['--yes', 'update'],
      /update is a command of its own, and stands before its options\n.* \.\/update/,
    );
    expect((await create('./update', '--dry-run')).code).toBe(0);
  });

  it('reports a mistake as JSON on stdout when --json is there, and in words on stderr', async () => {
    const outcome = await create('my-app', '--json', '--port', '0');
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/^error: --port "0"/);
    expect(json(outcome)).toMatchObject({
      schemaVersion: 1,
      ok: false,
      path: null,
      error: { code: 'INVALID_OPTION', message: expect.stringContaining('--port') as string },
    });
  });

  it('prints its help and its version on stdout', async () => {
    const help = await create('--help');
    expect(help.stdout).toMatch(/Usage: create-chat-backend .*directory/);
    expect(help.code).toBe(0);
    const version = await create('--version');
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+/);
    expect(version.code).toBe(0);
  });
});

describe('npm create without --', () => {
  const under = { npm_command: 'init' };

  it('honours --dry-run, --json, --yes and --no-git, which npm keeps', async () => {
    const env = {
      ...under,
      npm_config_dry_run: 'true',
      npm_config_json: 'true',
      npm_config_yes: 'true',
      npm_config_git: 'false',
    };
    const outcome = await command(['my-app'], { cwd, env });
    expect(json(outcome)).toMatchObject({ dryRun: true, answers: { git: false } });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('refuses to go on without a flag that only we know, and shows the command', async () => {
    const env = { ...under, npm_config_port: 'true', npm_config_install: '' };
    const outcome = await command(['my-app', '4000'], { cwd, env });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(
      /npm create chat-backend my-app -- --port <number> --no-install/,
    );
  });

  it('refuses a --force that npm kept', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/package.json'), '{}');
    const outcome = await command(['my-app'], { cwd, env: { ...under, npm_config_force: 'true' } });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/npm create chat-backend my-app -- --force/);
  });
});
