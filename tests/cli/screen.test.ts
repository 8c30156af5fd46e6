import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTALLS, fakeProgram } from '../support/fake-program.ts';
import { OFFERED } from '../support/offered.ts';
import { scratch } from '../support/scratch.ts';
import { until as untilTrue } from '../support/slow-disk.ts';
import { Tmux, hasTmux, line } from '../support/tmux.ts';

const SHELL = /^\$ *$/m;
const QUESTIONS = ['--no-install', '--no-git'];

let cwd: string;
let tmux: Tmux | undefined;
beforeEach(() => {
  cwd = scratch();
});
afterEach(() => tmux?.end());

/** Types a command into a shell of that size; the line itself is wiped off the screen. */
async function open(
  columns: number,
  rows: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Tmux> {
  tmux = new Tmux(cwd, columns, rows, env);
  await tmux.type(SHELL, `clear; ${line(...args)}`, 'Enter');
  return tmux;
}

const count = (text: string, part: string): number => text.split(part).length - 1;

describe.runIf(hasTmux)('the screen', () => {
  it('is one column that ends below the question, with one line for each answer', async () => {
    const { type, until } = bound(await open(80, 24, ['my-app', ...QUESTIONS]));
    await type(/Preset/, 'Enter');
    await type(/Package manager/, 'Enter');
    await type(/One node/, 'Enter');
    const screen = await until(/More settings.*└/s);
    expect(
      screen.replace(/ {2}npm|\d+\.\d+\.\d+/g, (found) => (found === '  npm' ? found : '1.2.3')),
    ).toBe(`┌  create-chat-backend 1.2.3  Ctrl-C ends it, and nothing is written
◇  Preset  standard
◇  Package manager  npm
◇  One node or several?  One node
◆  More settings?
│  port, description, author, database uri, package name
│    Yes
│  ❯ No
└  ↑↓ move · Enter chooses · ← back`);
  });

  it('draws each change once: nothing that stays is drawn again', async () => {
    const log = join(cwd, 'drawn');
    tmux = new Tmux(cwd, 80, 24);
    tmux.log(log);
    const { type, until } = bound(tmux);
    await type(SHELL, line('my-app', ...QUESTIONS), 'Enter');
    await type(/Preset/, 'Down');
    await type(/❯ full/, 'Enter');
    await type(/Package manager/, 'Enter');
    await until(/One node/);
    const drawn = readFileSync(log, 'utf8');
    expect(count(drawn, 'create-chat-backend 0')).toBe(1);
    // Asked, moved, answered.
    expect(count(drawn, 'Preset')).toBe(3);
  });

  it.each([
    [80, 24],
    [40, 24],
    [40, 10],
    [30, 8],
  ])('shows every question and the place in it, at %i × %i', async (columns, rows) => {
    mkdirSync(join(cwd, 'my-app'));
    for (const name of 'abcdefghijklm') writeFileSync(join(cwd, 'my-app', name), '');
    const { type, until } = bound(
      await open(columns, rows, ['my-app', '--no-git', '--no-install']),
    );
    const fits = async (question: string, place: string): Promise<void> => {
      const screen = await until((shown) => shown.includes(question) && /└/.test(shown));
      expect(screen).toContain(`◆  ${question}`);
      expect(screen).toContain(place);
      expect(Math.max(...screen.split('\n').map((shown) => shown.length))).toBeLessThan(columns);
    };
    await fits('The directory', '❯ Stop');
    await type(/❯ Stop/, 'Down', 'Enter');
    await fits('Preset', '❯ standard');
    await type(/Preset/, 'c', 'Enter');
    const [first, ...others] = OFFERED;
    await fits('Features', first!);
    for (const name of others) {
      await type(/Features/, 'Down');
      await until(new RegExp(`❯ . ${name}`));
      await fits('Features', name);
    }
    await type(new RegExp(OFFERED.at(-1)!), 'Enter');
    await fits('Package', '❯ npm');
    await type(/❯ npm/, 'Enter');
    await fits('One node', '❯ One node');
    await type(/❯ One node/, 'Enter');
    await fits('More settings?', '❯ No');
    await type(/❯ No/, 'Enter');
    await fits('Make this project?', '❯ Yes');
  });

  it('leaves no copies when the window changes its size', async () => {
    const shell = await open(100, 30, [...QUESTIONS]);
    const { type, until } = bound(shell);
    await type(/Directory of/, 'my-app', 'Enter');
    await until(/Preset/);
    for (const [columns, rows] of [
      [60, 30],
      [33, 30],
      [45, 30],
      [120, 30],
      [40, 10],
    ] as const) {
      shell.resize(columns, rows);
      const screen = await until((shown) => isWhole(shown) && fitsIn(shown, columns));
      expect(count(screen, 'Preset')).toBe(1);
    }
  });

  it.each([
    '100x30 33x30 60x40',
    '33x8 60x40',
    '45x8 40x8 60x30',
    '45x14 33x14 120x30',
    '60x24 40x10 120x24',
    '60x24 60x10 100x8 45x30 33x30 120x40',
  ])('brings back no stale rows when what has left a low window returns: %s', async (sizes) => {
    tmux = new Tmux(cwd, 100, 30);
    const { type, until } = bound(tmux);
    const asked = `clear; seq -f mark-%g 5; ${line('my-app', ...QUESTIONS)}`;
    await type(SHELL, asked, 'Enter');
    await until(/Preset[^]*└/);
    for (const size of sizes.split(' ')) {
      const [columns, rows] = size.split('x').map(Number) as [number, number];
      tmux.resize(columns, rows);
      const screen = await until((shown) => isWhole(shown) && fitsIn(shown, columns));
      expect(count(screen, 'create-chat-backend 0')).toBeLessThanOrEqual(1);
      // What was there before the questions stays.
      const marks = tmux.screen('-S', '-').match(/^mark-[1-5]$/gm);
      expect(marks).toHaveLength(5);
    }
  });

  it('gives the screen back at Ctrl-Z, with a cursor, and goes on at fg with every answer', async () => {
    const shell = await open(80, 30, [...QUESTIONS]);
    const { type, until } = bound(shell);
    await type(/Directory of/, 'my-app', 'Enter');
    await type(/Preset/, 'Down');
    await until(/❯ full/);
    expect(shell.fact('cursor_flag')).toBe('0');
    await type(/❯ full/, 'C-z');
    const stopped = await until(/Stopped[^]*\n\$/);
    expect(stopped).not.toContain('Preset');
    expect(shell.fact('cursor_flag')).toBe('1');
    await type(/Stopped/, 'echo still $((40 + 2))', 'Enter');
    await type(/still 42/, 'fg', 'Enter');
    const back = await until(/❯ full/);
    expect(count(back, 'Preset')).toBe(1);
    await type(/❯ full/, 'Enter');
    await type(/Package manager/, 'Enter');
    await type(/One node/, 'Enter');
    await type(/More settings/, 'Enter');
    await type(/Make this project/, 'Enter');
    await until(/The same again[^]*my-app --preset full --no-install --no-git --yes/);
  });

  it('draws a line of text once at fg, with what was typed', async () => {
    const { type, until } = bound(await open(80, 24, QUESTIONS));
    await type(/Directory of/, 'my-');
    await type(/│ {2}my-$/m, 'C-z');
    await type(/Stopped[^]*\n\$/, 'fg', 'Enter');
    await type(/│ {2}my-$/m, 'app');
    expect(count(await until(/│ {2}my-app$/m), 'Directory of')).toBe(1);
  });

  it('stops whoever started it too: npx waits in the same group', async () => {
    const { type, until } = bound(await open(80, 24, []));
    await type(/Directory of/, 'C-c');
    await until(/cancelled/);
    await type(SHELL, `clear; sh -c "${line(...QUESTIONS)}; true"`, 'Enter');
    await until((shown) => shown.includes('Directory of') && !shown.includes('cancelled'));
    await type(/Directory of/, 'C-z');
    await type(/Stopped/, 'fg', 'Enter');
    await type(/Directory of/, 'C-c');
    expect(await until(/cancelled[^]*\$ *$/)).toContain('Nothing was written.');
  });

  it('gives the screen back at Ctrl-Z while it works, and goes on', async () => {
    const gate = join(cwd, 'gate');
    const env = fakeProgram('npm', `until [ -e ${gate} ]; do sleep 0.1; done\n${INSTALLS}`);
    const args = ['my-app', '--yes', '--no-git', '--package-manager', 'npm'];
    const shell = await open(80, 24, args, env);
    const { type, until } = bound(shell);
    await type(/installing the dependencies/, 'C-z');
    await until(/Stopped/);
    expect(shell.fact('cursor_flag')).toBe('1');
    await type(/Stopped[^]*\n\$/, 'clear; fg', 'Enter');
    await until(/installing the dependencies/);
    writeFileSync(gate, '');
    await until(/dependencies installed/);
  });

  // Linux says which children there are.
  it.runIf(existsSync('/proc/self/task'))(
    'stops at a Ctrl-Z between the fork and the program of a child, and goes on at fg',
    async () => {
      const { PATH } = fakeProgram('npm', INSTALLS);
      // So many places to look for the program in make that moment a long one.
      const slow = `PATH="$(printf 'x:%.0s' $(seq 60000))${PATH}"`;
      const made = line('my-app', '--yes', '--no-git', '--package-manager', 'npm');
      writeFileSync(join(cwd, 'run.sh'), `${slow} exec ${made}\n`);
      tmux = new Tmux(cwd, 80, 24);
      const { type, until } = bound(tmux);
      await type(SHELL, 'clear; sh run.sh', 'Enter');
      const shell = tmux.fact('pane_pid');
      // What the terminal does at Ctrl-Z, but in time.
      await untilTrue(() => {
        const job = childOf(shell);
        const begun = job && childOf(job);
        const isFork = begun !== undefined && commandOf(begun).includes('my-app');
        if (isFork) process.kill(-Number(job), 'SIGTSTP');
        return isFork;
      }, 'a child begins');
      await type(/Stopped[^]*\n\$/, 'fg', 'Enter');
      expect(await until(/How it works/)).toContain('dependencies installed');
    },
  );

  it('leaves no copies of the line that moves when the window becomes narrower', async () => {
    const gate = join(cwd, 'gate');
    const env = fakeProgram('npm', `until [ -e ${gate} ]; do sleep 0.1; done\n${INSTALLS}`);
    const args = ['my-app', '--yes', '--no-git', '--package-manager', 'npm'];
    const shell = await open(80, 24, args, env);
    const { until } = bound(shell);
    await until(/installing the dependencies/);
    shell.resize(30, 24);
    await until(/installing the depen.*…/);
    writeFileSync(gate, '');
    expect(count(await until(/dependencies installed/), 'installing')).toBe(0);
  });

  it.each([{ TERM: 'linux' }, { LC_ALL: 'C' }])('has plain signs with %j', async (env) => {
    const { type, until } = bound(await open(80, 24, ['my-app', ...QUESTIONS], env));
    await type(/Preset/, 'c', 'Enter');
    const screen = await until(/Features/);
    expect(screen).toMatch(/> \[[x ]\] \w/);
    expect(screen).toMatch(/\[x\] presence/);
    // eslint-disable-next-line no-control-regex -- what is not ASCII is what we look for
    expect(screen).not.toMatch(/[^\u0000-\u007F]/);
  });
});

function childOf(pid: string): string | undefined {
  return unlessGone(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
}

/** The command line of a process, which is its parent's until it is another program. */
function commandOf(pid: string): string {
  return unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
}

function unlessGone<Result>(read: () => Result): Result | undefined {
  try {
    return read() || undefined;
  } catch {
    // It may be gone at any time.
    return undefined;
  }
}

/** Whether everything is there, and once. */
function isWhole(screen: string): boolean {
  const parts = ['◆  Preset', '❯ standard', 'Enter chooses', '└'];
  return parts.every((part) => count(screen, part) === 1);
}

function fitsIn(screen: string, columns: number): boolean {
  return screen.split('\n').every((shown) => shown.length <= columns);
}

function bound(shell: Tmux): { type: Tmux['type']; until: Tmux['until'] } {
  return { type: shell.type.bind(shell), until: shell.until.bind(shell) };
}
