import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { scratch } from '../support/scratch.ts';
import { until } from '../support/slow-disk.ts';
import { hasTerminal } from '../support/terminal.ts';

let cwd: string;
beforeAll(() => {
  cwd = scratch();
  mkdirSync(join(cwd, 'quarry'));
  writeFileSync(join(cwd, 'query.json'), '{}');
});

async function script(shell: string): Promise<string> {
  const { stdout, stderr, code } = await command(['completion', shell], { cwd });
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout;
}

/** What a shell offers for a line: each case is a line, what it must offer, and what it must not. */
const CASES: readonly (readonly [string, readonly string[], string])[] = [
  ['--pre', ['--preset'], '--port'],
  ['--no-in', ['--no-install', '--no-interactive'], '--install'],
  ['my-app --no-typ', ['--no-typing'], '--no-git'],
  ['--preset ', ['minimal', 'standard', 'full'], 'schema'],
  ['--preset st', ['standard'], 'full'],
  ['my-app --adapter ', ['none'], 'npm'],
  ['my-app --on-conflict ov', ['overwrite'], 'keep'],
  ['sche', ['schema'], 'completion'],
  ['completion ', ['bash', 'zsh', 'fish'], 'preset'],
  ['schema r', ['result'], 'preset'],
  ['upd', ['update'], 'schema'],
  ['add pre', ['presence'], 'schema'],
  ['add typing rece', ['receipts'], 'schema'],
  ['remove --dr', ['--dry-run'], '--preset'],
  ['set ada', ['adapter='], 'schema'],
  ['update --on-conflict s', ['stop'], 'markers'],
];

function offeredByBash(source: string, line: string): readonly string[] {
  // As bash itself calls it, with the line taken apart.
  const words = [
    'create-chat-backend',
    ...line.split(/(=)| /).filter((word) => word !== undefined),
  ];
  const array = words.map((word) => `'${word}'`).join(' ');
  const ask = `${source}\nCOMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}
    _create_chat_backend; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', ask], { encoding: 'utf8', cwd }).trim().split('\n');
}

function offeredByFish(source: string, line: string): readonly string[] {
  const ask = `${source}\ncomplete -C "create-chat-backend ${line}"`;
  const env = { PATH: process.env['PATH'], HOME: scratch() };
  const lines = execFileSync('fish', ['--no-config', '-c', ask], { encoding: 'utf8', cwd, env });
  return lines
    .trim()
    .split('\n')
    .map((text) => text.split('\t')[0] as string);
}

/** Types a line and a tab into a real zsh, and returns what the screen then shows below it. */
async function offeredByZsh(source: string, line: string): Promise<string> {
  const home = scratch();
  const setup = [
    'PROMPT="ready> "',
    'autoload -Uz compinit && compinit -u',
    'zstyle ":completion:*" list-prompt ""',
    'setopt no_beep no_menu_complete no_auto_menu list_ambiguous',
    source,
  ];
  writeFileSync(join(home, '.zshrc'), setup.join('\n'));
  const child = spawn(
    'script',
    ['--quiet', '--command', 'stty cols 200 rows 60; exec zsh -i', '/dev/null'],
    { cwd, env: { PATH: process.env['PATH'], HOME: home, TERM: 'xterm', SHELL: '/bin/sh' } },
  );
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += stripVTControlCharacters(chunk.toString())));
  await until(() => shown.includes('ready>'), 'zsh is ready');
  child.stdin.write(`create-chat-backend ${line}\t`);
  child.stdin.write('\t\u0015echo sh""own\r');
  await until(() => shown.includes('\nshown'), `zsh answers: ${shown}`);
  child.stdin.write('exit\r');
  return shown;
}

describe.runIf(existsSync('/bin/bash'))('in bash', () => {
  it.each([
    ...CASES,
    ['--preset=st', ['standard'], 'full'],
    ['--preset=', ['full'], 'schema'],
  ] as const)('completes "%s" to %j', async (line, expected, other) => {
    const words = offeredByBash(await script('bash'), line);
    expect(words).toEqual(expect.arrayContaining([...expected]));
    expect(words).not.toContain(other);
  });

  it('leaves the name of a file to bash', async () => {
    expect(offeredByBash(await script('bash'), '--config qu')).toEqual(['']);
    expect(await script('bash')).toMatch(
      /^complete -o default -F _create_chat_backend create-chat-backend$/m,
    );
  });
});

describe.runIf(existsSync('/usr/bin/fish'))('in fish', () => {
  it.each([
    ...CASES,
    ['--config qu', ['query.json'], 'schema'],
    ['qu', ['quarry/'], 'query.json'],
  ] as const)('completes "%s" to %j', async (line, expected, other) => {
    const words = offeredByFish(await script('fish'), line);
    expect(words).toEqual(expect.arrayContaining([...expected]));
    expect(words).not.toContain(other);
  });
});

describe.runIf(existsSync('/bin/zsh') && hasTerminal)('in zsh', () => {
  it.each(CASES)('completes "%s" to %j', async (line, expected, other) => {
    const screen = await offeredByZsh(await script('zsh'), line);
    for (const word of expected) expect(screen).toContain(word);
    expect(screen).not.toContain(other);
  });
});

describe('the completion script', () => {
  it('needs a shell that we know', async () => {
    const refused = await command(['completion', 'tcsh'], { cwd });
    expect(refused.stderr).toMatch(/completion cannot print tcsh\n.*bash, zsh, fish/);
    expect(refused.code).toBe(2);
    const missing = await command(['completion'], { cwd });
    expect(missing.stderr).toMatch(/completion needs one word more\n.*bash\|zsh\|fish/);
    expect(missing.code).toBe(2);
  });
});
