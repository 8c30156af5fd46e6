import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { INSTALLS, fakeProgram } from '../support/fake-program.ts';
import { OFFERED, offeredIn } from '../support/offered.ts';
import { scratch } from '../support/scratch.ts';
import { KEYS, hasTerminal, terminal } from '../support/terminal.ts';

const WAYS = [
  ['--interactive=plain', {}],
  ['ACCESSIBLE=1', { ACCESSIBLE: '1' }],
  ['--interactive on a terminal that can only scroll', { TERM: 'dumb' }],
] as const;

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

const flagOf = (way: string): readonly string[] =>
  way.startsWith('--') ? [way.split(' ')[0]!] : [];

describe.runIf(hasTerminal)('questions line by line', () => {
  it.each(WAYS)('%s asks with numbers, and draws nothing twice', async (way, env) => {
    const args = [...flagOf(way), '--no-install', '--no-git'];
    const { type, raw, ended } = terminal(args, { cwd, env });
    await type(/Directory of the new project \[my-chat\]: $/, `my-app${KEYS.enter}`);
    const standard = offeredIn('standard');
    const preset = `2\\. standard; ${standard.length} features.*Number \\[2\\]: $`;
    await type(new RegExp(preset, 's'), `4${KEYS.enter}`);
    const numberOf = (name: string): number => OFFERED.indexOf(name) + 1;
    const presence = numberOf('presence');
    const chosen = standard.map(numberOf).join();
    const list = `Conversations:.*${presence}\\. presence \\(chosen\\).*metrics.*METRICS_PORT`;
    await type(new RegExp(`${list}.*\\[${chosen}\\]: $`, 's'), `${presence}, typing${KEYS.enter}`);
    await type(/1\. npm.*Number \[1\]: $/s, `7${KEYS.enter}`);
    await type(/Not possible: type a number from 1 to 4/, KEYS.enter);
    await type(/1\. One node.*Several, over Redis.*: $/s, KEYS.enter);
    await type(/More settings\?.*: $/s, `yes${KEYS.enter}`);
    await type(/Port \[3000\]: $/, `<${KEYS.enter}`);
    await type(/Back to the question before.*More settings\?.*\[1\]: $/s, `no${KEYS.enter}`);
    await type(/Features +2: presence, typing.*Make this project\?.*: $/s, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toMatch(/done {5}\d+ files written/);
    expect(screen).toContain('my-app --features "presence,typing" --no-install --no-git --yes');
    // eslint-disable-next-line no-control-regex -- what moves the cursor, and hides it
    expect(raw()).not.toMatch(/\u001B\[\??[0-9;]*[A-HJKfhlsu]/);
  });

  it('answers the same as the column does', async () => {
    const { type, ended } = terminal(['a', '--interactive=plain', '--no-install', '--no-git'], {
      cwd,
    });
    for (const question of [/Preset/, /Package manager/, /One node/, /More/, /Make this/])
      await type(new RegExp(`${question.source}[^]*: $`), KEYS.enter);
    expect((await ended).code).toBe(0);
    const column = terminal(['b', '--no-install', '--no-git'], { cwd });
    for (const question of [/Preset/, /Package manager/, /One node/, /More/, /Make this/])
      await column.type(question, KEYS.enter);
    expect((await column.ended).code).toBe(0);
    const replayOf = (screen: string): string | undefined =>
      /create-chat-backend@.*/.exec(screen)?.[0];
    expect(replayOf((await ended).screen)).toBe(
      replayOf((await column.ended).screen)?.replace(' b ', ' a '),
    );
    const text = (name: string): string => readFileSync(join(cwd, name, 'README.md'), 'utf8');
    expect(text('a').replaceAll(/\ba\b/g, 'b')).toBe(text('b').replaceAll(/\ba\b/g, 'b'));
  });

  it('lists what is in the way, and goes back to the directory', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/mine'), '');
    const { type, ended } = terminal(['my-app', '--interactive=plain'], { cwd });
    await type(/my-app has: mine.*Stop; choose another directory.*: $/s, `1${KEYS.enter}`);
    await type(/Directory of the new project \[my-app\]: $/, KEYS.interrupt);
    expect((await ended).code).toBe(130);
  });

  it.each([
    ['Ctrl-C', KEYS.interrupt],
    ['the end of the input', '\u0004'],
  ])('A70 %s writes nothing and ends with 130', async (_, keys) => {
    const { type, ended } = terminal(['--interactive=plain'], { cwd });
    await type(/Directory.*: $/, keys);
    const { code, screen } = await ended;
    expect(screen).toMatch(/error: cancelled\s+Nothing was written\.\s*$/);
    expect(code).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('moves nothing while it works', async () => {
    const env = { ...fakeProgram('npm', INSTALLS), ACCESSIBLE: '1' };
    const args = ['my-app', '--yes', '--no-git', '--package-manager', 'npm'];
    const { raw, ended } = terminal(args, { cwd, env });
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toMatch(/\.{3} {6}installing the dependencies.*done {5}dependencies installed/s);
    expect(raw()).not.toContain('\u001B[?25l');
  });
});
